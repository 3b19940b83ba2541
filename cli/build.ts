/** Bundles the CLI into the one file that is published: `npm run build:cli` writes dist/curfew.mjs. */
import { chmod } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const entry = fileURLToPath(new URL('main.ts', import.meta.url));

/** Some dependencies are CommonJS, and call `require` for Node's own modules. */
const requireForCommonJs =
  "import { createRequire as createRequireForCurfew } from 'node:module'; const require = createRequireForCurfew(import.meta.url);";

/** Writes an executable file that needs nothing but Node. */
export async function buildCli(outfile: string): Promise<void> {
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    minifySyntax: true,
    minifyWhitespace: true,
    keepNames: true,
    legalComments: 'linked',
    logLevel: 'error',
    banner: { js: requireForCommonJs },
  });
  await chmod(outfile, 0o755);
}

if (import.meta.main) await buildCli(fileURLToPath(new URL('../dist/curfew.mjs', import.meta.url)));
