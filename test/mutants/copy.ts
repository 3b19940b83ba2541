/** A copy of the checkout that may be broken: outside of it, and gone with the process that made it. */
import { readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { onShutdown } from '#local/processes.ts';
import { broken, type Change } from './mutant.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** Not part of what is tested, or made from it. */
const leftOut = new Set(['node_modules', '.git', 'cdk.out', 'dist', 'coverage']);

/** Folder of a copy for what its tests write aside. */
export const asideIn = (dir: string): string => path.join(dir, '.aside');

export interface Copy {
  readonly dir: string;
  /** Does `work` while the changes are made, and takes them back. */
  with<T>(changes: readonly Change[], work: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
}

export async function copyOfCheckout(): Promise<Copy> {
  const dir = await mkdtemp(path.join(tmpdir(), 'curfew-mutants-'));
  // What its tests started may still write while it ends.
  const removed = () => rm(dir, { recursive: true, force: true, maxRetries: 10 });
  const strike = onShutdown(removed);
  for (const name of await readdir(root))
    if (!leftOut.has(name)) await cp(path.join(root, name), path.join(dir, name), { recursive: true });
  await mkdir(asideIn(dir));
  await linkPackages(dir);
  return {
    dir,
    async with(changes, work) {
      const read = (file: string) => readFileSync(path.join(dir, file), 'utf8');
      const texts = broken(changes, read);
      const before = new Map([...texts.keys()].map((file) => [file, read(file)]));
      const write = async (all: ReadonlyMap<string, string>) => {
        for (const [file, text] of all) await writeFile(path.join(dir, file), text);
      };
      try {
        await write(texts);
        return await work();
      } finally {
        await write(before);
      }
    },
    async remove() {
      strike();
      await removed();
    },
  };
}

/** One by one, so that what tools keep beside the packages stays in the copy. */
async function linkPackages(dir: string): Promise<void> {
  await mkdir(path.join(dir, 'node_modules'));
  const names = await readdir(path.join(root, 'node_modules'));
  for (const name of names.filter((one) => !one.startsWith('.') || one === '.bin'))
    await symlink(path.join(root, 'node_modules', name), path.join(dir, 'node_modules', name));
}
