/** For probes of what a restart changes: an emulator of their own, since others work on the shared one. */
import { join } from 'node:path';
import { startEmulator } from '#local/emulator/emulator.ts';
import { silentProgress } from '#local/progress.ts';
import { ProbedCloud } from './cloud.ts';

let clouds = 0;

/** Does `work` on a new cloud with the mends of another, and ends it. */
export async function withRestart<T>(
  { emulator: { dir, mends } }: ProbedCloud,
  work: (cloud: ProbedCloud, restart: () => Promise<void>) => Promise<T>,
): Promise<T> {
  const emulator = await startEmulator({
    dir: join(dir, `restarted-${clouds++}`),
    progress: silentProgress(),
    ...(mends === 'all' ? {} : { mends }),
  });
  try {
    return await work(new ProbedCloud(emulator), () => emulator.restart());
  } finally {
    await emulator.stop();
  }
}

/** Does `first` on a new cloud with the mends of another, and `then` on a second one that starts from its state, elsewhere. */
export async function elsewhere<T>(
  { emulator: { dir, mends } }: ProbedCloud,
  first: (cloud: ProbedCloud) => Promise<void>,
  then: (cloud: ProbedCloud) => Promise<T>,
): Promise<T> {
  const own = join(dir, `moved-${clouds++}`);
  const common = { progress: silentProgress(), ...(mends === 'all' ? {} : { mends }) };
  const before = await startEmulator({ ...common, dir: join(own, 'before') });
  try {
    await first(new ProbedCloud(before));
    await before.saveState(join(own, 'state'));
  } finally {
    await before.stop();
  }
  const after = await startEmulator({ ...common, dir: join(own, 'after'), stateDir: join(own, 'state') });
  try {
    return await then(new ProbedCloud(after));
  } finally {
    await after.stop();
  }
}
