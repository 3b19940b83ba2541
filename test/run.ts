/** Runs every check there is, or those named: `unit`, `local`, `e2e`, `checks`. The last line counts them. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { run } from '#local/processes.ts';
import { projects } from './projects.ts';

interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** What failed, and the first line of why: said again at the end, since a log that is long is often kept by its end. */
const failures: string[] = [];

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => join(root, 'node_modules', '.bin', name);
const none: Count = { passed: 0, failed: 0, skipped: 0 };

/** Checks without tests of their own count as one each. */
const checks: [title: string, command: string, args: string[]][] = [
  ['lint and format (biome)', bin('biome'), ['ci', '--diagnostic-level=warn', '--error-on-warnings', '.']],
  ['types (tsc)', bin('tsc'), ['-p', '.']],
  ['unused files, exports and packages (knip)', bin('knip'), ['--no-progress']],
];

const reportShape = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  numFailedTestSuites: z.number(),
  success: z.boolean(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
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

const firstLine = (text = '') => text.trim().split('\n', 1)[0]?.slice(0, 300) ?? '';

function noteFailures(seen: z.infer<typeof reportShape>): void {
  for (const file of seen.testResults.filter(({ status }) => status === 'failed')) {
    const name = relative(root, file.name);
    const failed = file.assertionResults.filter(({ status }) => status === 'failed');
    if (failed.length === 0) failures.push(`${name}: ${firstLine(file.message)}`);
    for (const test of failed)
      failures.push(`${name}: ${test.fullName}\n    ${firstLine(test.failureMessages?.[0])}`);
  }
}

async function check(title: string, command: string, args: string[]): Promise<Count> {
  const began = performance.now();
  const said: string[] = [];
  const { code } = await run({ command, args, cwd: root, onLine: (line) => said.push(line) });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(`${code === 0 ? '✓' : '✗'} ${title}: ${seconds} s`);
  if (code === 0) return { ...none, passed: 1 };
  console.log(said.join('\n'));
  failures.push(title);
  return { ...none, failed: 1 };
}

async function vitest(project: string): Promise<Count> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-test-'));
  const report = join(dir, 'report.json');
  try {
    const args = [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ];
    const { code } = await run({
      command: bin('vitest'),
      args,
      cwd: root,
      onLine: (line) => console.log(line),
    });
    const text = await readFile(report, 'utf8').catch(() => undefined);
    if (text === undefined) {
      failures.push(`${project}: vitest ended with ${code} and left no report`);
      return { ...none, failed: 1 };
    }
    const seen = reportShape.parse(JSON.parse(text));
    noteFailures(seen);
    // A file that fails before its tests, or a fault outside of any test, fails the run without a failed test.
    const failed =
      seen.numFailedTests || (code === 0 && seen.success ? 0 : Math.max(1, seen.numFailedTestSuites));
    return { passed: seen.numPassedTests, failed, skipped: seen.numPendingTests + seen.numTodoTests };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const names = Object.keys(projects);
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => ![...names, 'checks'].includes(name));
if (unknown.length > 0) {
  console.error(
    `There is no group of tests called ${unknown.join(', ')}. Known: checks, ${names.join(', ')}.`,
  );
  process.exit(2);
}
const wanted = (name: string) => asked.length === 0 || asked.includes(name);

const counts: Count[] = [];
if (wanted('checks'))
  for (const [title, command, args] of checks) counts.push(await check(title, command, args));
for (const name of names) if (wanted(name)) counts.push(await vitest(name));

const total = counts.reduce((sum, count) => ({
  passed: sum.passed + count.passed,
  failed: sum.failed + count.failed,
  skipped: sum.skipped + count.skipped,
}));
const most = 60;
if (failures.length > 0)
  console.log(
    `Failed:\n${failures
      .slice(0, most)
      .map((line) => `  ${line}`)
      .join('\n')}`,
  );
if (failures.length > most) console.log(`  and ${failures.length - most} more, above.`);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
