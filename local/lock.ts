/** A lock between processes of one machine that a killed owner can't keep. */

import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { processLives } from './processes.ts';

export interface Lock {
  release(): Promise<void>;
}

const Owner = z.object({ id: z.string(), pid: z.int(), host: z.string() });
type Owner = z.infer<typeof Owner>;

const heartbeatEveryMs = 2_000;
/** An owner on another machine (a shared home directory) can't be looked up; its silence is what tells. */
const silentOwnerIsGoneAfterMs = 60_000;
const lookAgainEveryMs = 100;

/**
 * Takes the lock `file`, waiting as long as its owner lives. `onWait` is called once if there is something to wait for.
 * A lock whose owner is gone is taken over. In the rare race of two takers of one such lock both may end up inside:
 * what is guarded must stay right then, the lock only saves work being done twice.
 */
export async function takeLock(file: string, onWait: () => void = () => {}): Promise<Lock> {
  const self: Owner = { id: randomUUID(), pid: process.pid, host: hostname() };
  let waited = false;
  while (!(await create(file, self))) {
    if (await ownerIsGone(file)) {
      // Renaming first: of several takers just one removes it.
      const taken = `${file}.${self.id}`;
      await rename(file, taken).catch(() => {});
      await rm(taken, { force: true });
      continue;
    }
    if (!waited) onWait();
    waited = true;
    await sleep(lookAgainEveryMs);
  }

  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => {});
  }, heartbeatEveryMs);
  heartbeat.unref();
  return {
    async release() {
      clearInterval(heartbeat);
      if ((await readOwner(file))?.id === self.id) await rm(file, { force: true });
    },
  };
}

/** Linked from a finished file, so that a lock is never seen without its owner in it. */
async function create(file: string, owner: Owner): Promise<boolean> {
  const draft = `${file}.${owner.id}`;
  await writeFile(draft, JSON.stringify(owner));
  try {
    await link(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(draft, { force: true });
  }
}

async function ownerIsGone(file: string): Promise<boolean> {
  const owner = await readOwner(file);
  if (owner?.host === hostname() && !processLives(owner.pid)) return true;
  const seen = await stat(file).catch(() => undefined);
  return seen !== undefined && Date.now() - seen.mtimeMs > silentOwnerIsGoneAfterMs;
}

async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    return Owner.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return undefined; // Gone, or not a lock of ours: its age decides.
  }
}
