/** Slow things made once and kept outside the checkout, each in a folder named by the hash of what it was made from. */

import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, utimes } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { takeLock } from './lock.ts';
import { processLives } from './processes.ts';

/** Where everything slow is kept: `CURFEW_CACHE`, else the user's cache folder. Safe to delete while nothing runs. */
export function cacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  if (environment.CURFEW_CACHE) return path.resolve(environment.CURFEW_CACHE);
  // The XDG specification has relative values ignored: they would mean another folder in each directory.
  const xdg = environment.XDG_CACHE_HOME;
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(homedir(), '.cache'), 'curfew');
}

/** The hash that names an entry: of all its ingredients, in order, none able to run into the next. */
export function cacheKey(...ingredients: (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const ingredient of ingredients) hash.update(`${Buffer.byteLength(ingredient)}:`).update(ingredient);
  return hash.digest('hex').slice(0, 32);
}

/**
 * The folder of entry `key` of `kind`; where there is none yet, `build` fills it.
 *
 * `build` gets an empty folder beside the final one and an entry appears by one rename: nobody ever sees half of one,
 * and what fails leaves none. So what is built must bear being moved (a Python environment: call `bin/python -m ...`,
 * not its scripts). Treat an entry as read-only. `onWait` is called once if another process is found building it.
 */
export async function cached(
  kind: string,
  key: string,
  build: (dir: string) => Promise<void>,
  onWait: () => void = () => {},
): Promise<string> {
  const shelf = path.join(cacheDir(), kind);
  const entry = path.join(shelf, key);
  if (await exists(entry)) return markUsed(entry);

  await mkdir(shelf, { recursive: true });
  const lock = await takeLock(path.join(shelf, `.${key}.lock`), onWait);
  try {
    if (await exists(entry)) return markUsed(entry);
    await removeLeftovers(shelf, key);
    const unfinished = path.join(shelf, `.${key}.${process.pid}.${randomUUID().slice(0, 8)}`);
    await mkdir(unfinished);
    try {
      await build(unfinished);
      await publish(unfinished, entry);
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
    return entry;
  } finally {
    await lock.release();
  }
}

/** The lock only saves double work; should two builds of one entry end, the first stays and the second is dropped. */
async function publish(unfinished: string, entry: string): Promise<void> {
  try {
    await rename(unfinished, entry);
  } catch (error) {
    if (!(await exists(entry))) throw error;
  }
}

/** What a build that was killed has left behind: its folder is named by its process, which is gone. */
async function removeLeftovers(shelf: string, key: string): Promise<void> {
  for (const name of await readdir(shelf)) {
    const owner = name.startsWith(`.${key}.`) && /\.(\d+)\.[0-9a-f]{8}$/.exec(name)?.[1];
    if (owner && Number(owner) !== process.pid && !processLives(Number(owner))) {
      await rm(path.join(shelf, name), { recursive: true, force: true });
    }
  }
}

/** An entry's own modification time says when it was last used, for whoever tidies the cache. */
async function markUsed(entry: string): Promise<string> {
  const now = new Date();
  await utimes(entry, now, now).catch(() => {}); // A read-only cache is a good cache.
  return entry;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
