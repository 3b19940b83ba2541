/** The synthesized stack, made once per content of everything that goes into it. */
import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cached, cacheKey } from './cache.ts';
import { synthesize } from './emulator/deploy.ts';
import { ensureOpa } from './opa/opa.ts';
import type { Progress } from './progress.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** All that `cdk synth` reads: a change in any of these makes another stack. */
const sources = [
  'infra',
  'functions',
  'broker',
  'statemachines',
  'cluster',
  'policy',
  'local/opa',
  'cdk.json',
  'package-lock.json',
  'tsconfig.json',
];

/** Id of the deployment, and so the stack's name. */
export const deployment = 'curfew-local';

/** The stack's settings on this machine. The same settings exist for AWS; no code asks where it runs. */
const settings = {
  deployment,
  mailFrom: 'curfew@example.com',
  publicUrl: 'http://curfew.invalid', // bound to the emulator's port when a function starts
};

/** Path of the cloud assembly with a catalog of this repository. */
export async function assembly(progress: Progress, catalog = 'curfew.yaml'): Promise<string> {
  const context = { ...settings, catalog };
  return cached('assembly', await contentKey(context), async (building) => {
    // Before synthesis, which has a home of its own: Go's cache is in the person's.
    if ((await filesOf(join(root, 'policy'))).length > 0) await ensureOpa(progress);
    const dir = await mkdtemp(join(tmpdir(), 'curfew-synth-'));
    try {
      const made = await synthesize({ dir, progress, context });
      await cp(made, building, { recursive: true });
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  });
}

async function contentKey(context: { catalog: string }): Promise<string> {
  const ingredients: (string | Uint8Array)[] = [JSON.stringify(context)];
  for (const source of [...sources, context.catalog]) {
    for (const file of await filesOf(join(root, source))) {
      ingredients.push(file.slice(root.length), await readFile(file));
    }
  }
  return cacheKey(...ingredients);
}

async function filesOf(file: string): Promise<string[]> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return []; // No policy is a choice; whatever else is missing, synthesis says.
  if (!found.isDirectory()) return [file];
  const names = await readdir(file, { recursive: true, withFileTypes: true });
  return names
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
