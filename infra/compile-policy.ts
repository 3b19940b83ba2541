/** Checks, tests and compiles the organisation's rules in Rego at synthesis: what can't judge is never deployed. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wasmPolicy } from '#adapters/wasm-policy.ts';
import { InvalidInput } from '#domain/errors.ts';
import { policySchemas, readVerdict } from '#domain/policy/organisation.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';
import { run } from '#local/processes.ts';

export interface CompiledPolicy {
  wasm: Uint8Array;
  /** What the rules read as `data`: the content of the JSON and YAML files beside them. */
  data: Record<string, unknown>;
}

/** Paths below `dir` of all files in Rego; none where there is no such folder. */
export async function regoFiles(dir: string): Promise<string[]> {
  const names = await readdir(dir, { recursive: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return names.filter((name) => name.endsWith('.rego')).sort();
}

/**
 * `opa` is the program, `dir` a folder with rules of package curfew.access. Throws InvalidInput, with what opa said, for
 * rules that do not compile, read what the input does not have, fail their tests, or can't judge the published examples.
 */
export async function compilePolicy(dir: string, opa: string): Promise<CompiledPolicy> {
  const compiled = await inScratch(async (scratch) => {
    const schema = join(scratch, 'input.json');
    await writeFile(schema, JSON.stringify(policySchemas()['policy-input.schema.json']));
    await told(dir, 'does not pass opa check --strict', opa, ['check', '--strict', '--schema', schema, '.']);
    await told(dir, 'fails its own tests', opa, ['test', '.']);
    return build(dir, opa, scratch);
  });
  await judgeExamples(dir, compiled);
  return compiled;
}

/** Only compiles: for rules that are not to be deployed. */
export function buildPolicy(dir: string, opa: string): Promise<CompiledPolicy> {
  return inScratch((scratch) => build(dir, opa, scratch));
}

async function inScratch<T>(work: (scratch: string) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'curfew-policy-'));
  try {
    return await work(scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

const guide = 'docs/policy.md tells what a policy is asked and what it may answer.';

/** In the folder itself: places in the rules are told to people who never saw the machine that compiled them. */
async function told(dir: string, problem: string, command: string, args: string[]): Promise<void> {
  const { code, signal, stdout, stderr } = await run({ command, args, cwd: dir, timeoutMs: 120_000 });
  if (code === 0) return;
  const said = `${stderr}${stdout}`.trim() || (signal ?? `exit code ${code}`);
  throw new InvalidInput(`The policy in ${dir} ${problem}:\n${said.replaceAll(/^/gm, '  ')}\n${guide}`);
}

async function build(dir: string, opa: string, scratch: string): Promise<CompiledPolicy> {
  const bundle = join(scratch, 'bundle.tar.gz');
  const options = ['--target', 'wasm', '--entrypoint', 'curfew/access/verdict', '--ignore', '*_test.rego'];
  await told(dir, 'can not be compiled to WebAssembly', opa, ['build', ...options, '--output', bundle, '.']);
  // Absolute names, which tar makes relative to the folder unless it is told not to.
  const members = ['/policy.wasm', '/data.json'];
  const { code, stderr } = await run({ command: 'tar', args: ['-xzf', bundle, '-C', scratch, ...members] });
  if (code !== 0) throw new Error(`What opa built could not be unpacked: ${stderr.trim()}`);
  const data: Record<string, unknown> = JSON.parse(await readFile(join(scratch, 'data.json'), 'utf8'));
  return { wasm: await readFile(join(scratch, 'policy.wasm')), data };
}

/** By the evaluator that the functions have: what fails here would refuse everybody there. */
async function judgeExamples(dir: string, { wasm, data }: CompiledPolicy): Promise<void> {
  const evaluate = wasmPolicy(wasm, { data });
  for (const [name, example] of Object.entries(policyExamples)) {
    const read = await evaluate(example).then(readVerdict, (error: Error) => ({ fault: error.message }));
    if ('fault' in read)
      throw new InvalidInput(
        `The policy in ${dir} can't judge the example "${name}": ${read.fault}.\n${guide}`,
      );
  }
}
