/** The mutants themselves: each can still be made, so that one that went stale is seen by every run of the tests. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { mutants } from './list.ts';
import { broken } from './mutant.ts';

const all = mutants.map((mutant) => [mutant.name, mutant] as const);

it.each(all)('can be made: %s', (_, { changes }) => {
  const read = (file: string) => readFileSync(file, 'utf8');
  for (const [file, text] of broken(changes, read)) expect(text).not.toBe(read(file));
});

it('are at least forty, and no two are called alike', () => {
  expect(mutants.length).toBeGreaterThanOrEqual(40);
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
});

it.each(all)('is looked for by tests that are there: %s', (_, { killedBy }) => {
  if ('seeds' in killedBy) expect(killedBy.seeds.to).toBeGreaterThanOrEqual(killedBy.seeds.from);
  else for (const file of killedBy.files) expect(file).toSatisfy(existsSync);
});
