/** The catalog beside a function's bundle. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deployedCatalog } from '#adapters/catalog.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-catalog-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

async function beside(content: unknown): Promise<URL> {
  const file = join(dir, 'catalog.json');
  await writeFile(file, JSON.stringify(content));
  return pathToFileURL(file);
}

const small = { version: 1, clusters: { 'payments-prod': {} }, roles: {}, reviewers: {}, reviewWindow: '2h' };

test('it is parsed as the file is: durations become seconds, defaults are filled in', async () => {
  const catalog = deployedCatalog(await beside(small));
  expect(catalog.reviewWindow).toBe(7200);
  expect(catalog.operators).toEqual([]);
});

test('a catalog with faults is refused whole, with every fault', async () => {
  const file = await beside({ ...small, clusters: { UPPER: {} }, roles: { x: {} } });
  expect(() => deployedCatalog(file)).toThrow(/clusters\.UPPER.*roles\.x/s);
});

test('a function without its catalog does not start', () => {
  expect(() => deployedCatalog(pathToFileURL(join(dir, 'not-there.json')))).toThrow(/ENOENT/);
});
