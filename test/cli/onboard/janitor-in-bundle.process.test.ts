/** The published CLI carries the janitor's program, whose file isn't beside it. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { janitorProgram } from '#cluster/janitor/program.ts';
import { buildCli } from '../../../cli/build.ts';

test('the bundle holds the program as it stands in the repository', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-bundle-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  await buildCli(dir);
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  const texts = files.filter((file) => file.isFile() && file.name.endsWith('.mjs'));
  const bundle = await Promise.all(texts.map((file) => readFile(join(file.parentPath, file.name), 'utf8')));
  const [, lastMessage = ''] =
    /console\.log\(\s*`(\$\{seen\.rolebindings\}[^`]*)`/.exec(janitorProgram()) ?? [];
  expect(lastMessage).toContain('troubles');
  expect(
    bundle.filter((text) => text.includes(lastMessage.replaceAll('$', '\\$')) || text.includes(lastMessage)),
  ).toHaveLength(1);
  expect(bundle.join('')).not.toContain('CURFEW_JANITOR_PROGRAM');
});
