/** A deployed state, made once per content and kept in the cache: later runs start from a copy of it in half a second. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { cached, cacheKey } from '#local/cache.ts';
import type { Progress } from '#local/progress.ts';
import { deployStack, type StackOutputs } from './deploy.ts';
import { type Emulator, startEmulator } from './emulator.ts';

export interface GoldenOptions {
  /** What `synthesize` returned. */
  assembly: string;
  progress: Progress;
  /** More to put into the state once the stack is there, such as people in IAM. `key` names its content: change it with what it does. */
  prepare?: { key: string; run(emulator: Emulator, outputs: StackOutputs): Promise<void> };
}

export interface GoldenState {
  /** To be given to `startEmulator` as `stateDir`. */
  stateDir: string;
  outputs: StackOutputs;
}

const here = fileURLToPath(new URL('.', import.meta.url));
const outputsShape = z.record(z.string(), z.record(z.string(), z.string()));

/** The state of an emulator in which the assembly is deployed: from the cache, or deployed now. */
export async function goldenState({ assembly, progress, prepare }: GoldenOptions): Promise<GoldenState> {
  const key = await contentKey(assembly, prepare?.key ?? '');
  const kept = await cached('deployed', key, async (building) => {
    const dir = await mkdtemp(join(tmpdir(), 'curfew-deploy-'));
    try {
      const emulator = await startEmulator({ dir: join(dir, 'emulator'), progress });
      try {
        const outputs = await deployStack({ emulator, assembly, dir: join(dir, 'cdk'), progress });
        await prepare?.run(emulator, outputs);
        await writeFile(join(building, 'outputs.json'), JSON.stringify(outputs, null, 2));
        await emulator.saveState(join(building, 'state'));
      } finally {
        await emulator.stop();
      }
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
  const outputs = outputsShape.parse(JSON.parse(await readFile(join(kept, 'outputs.json'), 'utf8')));
  return { stateDir: join(kept, 'state'), outputs };
}

/** Hash of all that decides the state: templates, the assets they name by content, the emulator and its mends. */
async function contentKey(assembly: string, prepared: string): Promise<string> {
  const templates = (await readdir(assembly)).filter((name) => /\.(template|assets)\.json$/.test(name));
  const sources = (await readdir(here, { recursive: true })).filter((name) => /\.(py|txt)$/.test(name));
  const ingredients: (string | Uint8Array)[] = [prepared];
  for (const [dir, names] of [
    [assembly, templates],
    [here, sources],
  ] as const) {
    for (const name of names.sort()) ingredients.push(name, await readFile(join(dir, name)));
  }
  return cacheKey(...ingredients);
}
