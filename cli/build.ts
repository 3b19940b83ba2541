/** Bundles the CLI into the files that are published: `npm run build:cli` writes dist/curfew.mjs and its chunks. */
import { chmod, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { janitorProgram } from '#cluster/janitor/program.ts';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));

/** Some dependencies are CommonJS, and call `require` for Node's own modules. */
const requireForCommonJs =
  "import { createRequire as createRequireForCurfew } from 'node:module'; const require = createRequireForCurfew(import.meta.url);";

/**
 * Writes `curfew.mjs` into the directory, which needs nothing but Node and the chunks beside it. What only few commands
 * need is in chunks of its own: kubectl calls `curfew token` all the time.
 */
export async function buildCli(directory: string): Promise<string> {
  await rm(join(directory, 'chunks'), { recursive: true, force: true });
  await build({
    entryPoints: { curfew: entry },
    outdir: directory,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Modules as their authors wrote them: smaller, and a chunk of CommonJS has no names to import.
    mainFields: ['module', 'main'],
    conditions: ['module'],
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'linked',
    logLevel: 'error',
    banner: { js: requireForCommonJs },
    define: { CURFEW_JANITOR_PROGRAM: JSON.stringify(janitorProgram()) },
  });
  const script = join(directory, 'curfew.mjs');
  await chmod(script, 0o755);
  return script;
}

if (import.meta.main) await buildCli(fileURLToPath(new URL('../dist', import.meta.url)));
