/** Which of Curfew's errors the code of a function can throw: read from the sources that go into its bundle. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { errorTable } from '#domain/error-table.ts';
import { entryOf } from '../../infra/curfew-function.ts';

export type ErrorName = keyof typeof errorTable;

export const errorNames = Object.keys(errorTable) as ErrorName[];

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Bundled with the adapter of the records, but no step reads a list page by page. */
const inNoStep = ['broker/adapters/cursor.ts'];

/** Sorted names. Rather one too many than one too few: a bundled file counts whole, whatever of it the function calls. */
export async function thrownBy(functionName: string): Promise<ErrorName[]> {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entryOf(functionName)],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    outdir: 'nowhere',
    logLevel: 'error',
  });
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.keys(inputs).filter((file) => inputs[file]?.bytesInOutput && !inNoStep.includes(file)),
  );
  const sources = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
  const made = new Set(sources.join('\n').match(/(?<=\bnew )\w+(?=\()/g));
  return errorNames.filter((name) => made.has(name)).sort();
}
