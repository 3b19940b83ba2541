/** A log in a directory, as `aws s3 sync` copies the locked bucket. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { LogSource } from '#domain/audit-log/log-source.ts';
import { InvalidInput } from '#domain/errors.ts';

/** What a copy can't show by itself: keys under delete markers, and keys whose lock doesn't hold. */
const marksSchema = z.strictObject({
  hidden: z.array(z.string()).default([]),
  unlocked: z.array(z.string()).default([]),
});

/** `marks.json` beside the three folders is read where it is there. */
export async function dirLog(dir: string): Promise<LogSource> {
  const text = await textOf(join(dir, 'marks.json'));
  const marks = marksSchema.safeParse(text === undefined ? {} : JSON.parse(text));
  if (!marks.success) throw new InvalidInput(`${join(dir, 'marks.json')}: ${z.prettifyError(marks.error)}`);
  const hidden = new Set(marks.data.hidden);
  const unlocked = new Set(marks.data.unlocked);
  return {
    async *list(prefix) {
      for await (const key of filesOf(dir, prefix.slice(0, -1))) yield { key, hidden: hidden.has(key) };
    },
    async read(key) {
      const found = await textOf(join(dir, key));
      if (found === undefined) return undefined;
      return { text: found, ...(text === undefined ? {} : { locked: !unlocked.has(key) }) };
    },
  };
}

/** Folder after folder, each in the order of its names. */
async function* filesOf(dir: string, under: string): AsyncIterable<string> {
  const entries = await readdir(join(dir, under), { withFileTypes: true }).catch((error) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const key = `${under}/${entry.name}`;
    if (entry.isDirectory()) yield* filesOf(dir, key);
    else yield key;
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
