/** Runs in a copy what has to notice a mutant, and tells who did. */
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { run } from '#local/processes.ts';
import { asideIn } from './copy.ts';
import type { Killer } from './mutant.ts';

export type Verdict =
  /** `by`: the first test that failed, or the invariant that was broken. */
  { killed: true; by: string } | { killed: false; why: string };

/** Far more than any of them takes: what hangs has noticed nothing. */
const limitMs = 300_000;

/** `dir`: the copy. Stops at the first that notices. */
export async function verdict(dir: string, killer: Killer): Promise<Verdict> {
  try {
    return 'seeds' in killer ? await byHistories(dir, killer.seeds) : await byTests(dir, killer);
  } catch (error) {
    return { killed: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** What they write aside lies in the copy too, and goes with it. */
const inCopy = (dir: string) => ({
  cwd: dir,
  env: { ...process.env, TMPDIR: asideIn(dir) },
  timeoutMs: limitMs,
});

/** Faults of a program that is none any more. What dies of them was not broken as its name says. */
const noProgram =
  /^(ReferenceError|SyntaxError)\b|Transform failed|Failed to (load|parse)|Cannot find (module|package)/;

const reportShape = z.object({
  numPassedTests: z.number(),
  testResults: z.array(
    z.object({
      message: z.string().default(''),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

async function byTests(dir: string, killer: Extract<Killer, { project: string }>): Promise<Verdict> {
  const report = path.join(dir, 'report.json');
  await rm(report, { force: true });
  const { project, files, testNamePattern } = killer;
  const { code, stdout, stderr } = await run({
    command: path.join(dir, 'node_modules', '.bin', 'vitest'),
    args: [
      'run',
      ...['--project', project, '--bail=1', '--maxWorkers=1'],
      ...['--reporter=json', `--outputFile.json=${report}`],
      ...(testNamePattern === undefined ? [] : ['--testNamePattern', testNamePattern]),
      ...files,
    ],
    ...inCopy(dir),
  });
  const text = await readFile(report, 'utf8').catch(() => undefined);
  if (text === undefined) return { killed: false, why: `vitest made no report: ${lastOf(stderr || stdout)}` };
  return judged(reportShape.parse(JSON.parse(text)), code);
}

function judged({ testResults, numPassedTests }: z.output<typeof reportShape>, code: number | null): Verdict {
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed) {
    const [message = ''] = failed.failureMessages ?? [];
    if (!noProgram.test(message)) return { killed: true, by: failed.fullName.trim() };
    return { killed: false, why: `it is no program any more: ${message.split('\n')[0]}` };
  }
  if (code !== 0)
    return {
      killed: false,
      why: `no test failed, but the run did: ${testResults
        .map(({ message }) => message)
        .join(' ')
        .slice(0, 500)}`,
    };
  if (numPassedTests === 0) return { killed: false, why: 'no test of that name was run' };
  return { killed: false, why: `all ${numPassedTests} tests passed` };
}

async function byHistories(dir: string, { from, to }: { from: number; to: number }): Promise<Verdict> {
  const { code, stdout, stderr } = await run({
    command: path.join(dir, 'node_modules', '.bin', 'node'),
    args: [path.join(dir, 'test', 'mutants', 'play-histories.ts'), String(from), String(to)],
    ...inCopy(dir),
  });
  if (code === 3) return { killed: true, by: lastOf(stdout) };
  if (code === 0) return { killed: false, why: `histories ${from} to ${to} broke no invariant` };
  return { killed: false, why: `the histories could not be played: ${lastOf(stderr)}` };
}

const lastOf = (output: string): string => output.trimEnd().split('\n').at(-1) ?? '';
