/** Mutated logs by the thousand: both verifiers name each mutation, and agree on everything else. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { verifyLog } from '#domain/audit-log/verify-log.ts';
import { ensureEmulator } from '#local/emulator/environment.ts';
import { silentProgress } from '#local/progress.ts';
import { aLog, aLogKey, type BuiltLog, diceOf, sourceOf } from '../builders/audit-log.ts';
import { type MutatedLog, mutated } from '../builders/log-mutants.ts';

/** 100,000 in CI, by CURFEW_LOG_MUTANTS. */
const wanted = Number(process.env.CURFEW_LOG_MUTANTS ?? 3_000);
const logs = 60;
const verifier = fileURLToPath(new URL('../../docs/audit/verify.py', import.meta.url));

/** The other verifier, which keeps whole logs and is told what differs. */
function otherVerifier(python: string) {
  const child = spawn(python, [verifier, '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    tell: (line: unknown) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    async answer(): Promise<[string, string][]> {
      const { value, done } = await answers.next();
      if (done) throw new Error('The verifier in Python has ended.');
      return JSON.parse(value);
    },
    async end(): Promise<unknown> {
      child.stdin.end();
      return new Promise((resolve) => child.once('exit', resolve));
    },
  };
}

function difference(log: BuiltLog, { objects }: MutatedLog) {
  const put = Object.fromEntries([...objects].filter(([key, text]) => log.objects.get(key) !== text));
  return { put, remove: [...log.objects.keys()].filter((key) => !objects.has(key)) };
}

it('each mutation is called by its name by both verifiers, and nothing else is', async () => {
  const other = otherVerifier(await ensureEmulator(silentProgress()));
  const key = aLogKey();
  const { isSigned } = checkpointKeys(key.pem);
  const base = Array.from({ length: logs }, (_, seed) => aLog(key, { seed, seals: 2 + (seed % 5) }));
  for (const [keep, { objects }] of base.entries())
    other.tell({ keep, objects: Object.fromEntries(objects) });
  let made = 0;
  for (let n = 0; made < wanted; n++) {
    const of = Math.floor(n / 31) % logs;
    const log = base[of] ?? expect.fail();
    const mutant = mutated(log, n, diceOf(n));
    if (!mutant) continue;
    made += 1;
    const { known, asOf, marks } = mutant;
    const rest = { ...(known && { known }), ...(asOf !== undefined && { asOf }) };
    other.tell({ of, ...difference(log, mutant), marks, key: key.pem, ...rest });
    const { faults } = await verifyLog(sourceOf(mutant.objects, marks), { isSigned, ...rest });
    const found = faults.map(({ kind, key }) => [kind, key]);
    if (
      !found.some(([kind, at]) => kind === mutant.kind && at === mutant.key) ||
      found.some(([kind]) => kind !== mutant.kind)
    )
      expect.fail(`${n}, ${mutant.did} at ${mutant.key}, was called ${JSON.stringify(found)}`);
    const others = await other.answer();
    if (JSON.stringify(others.sort()) !== JSON.stringify(found.sort()))
      expect.fail(`${n}, ${mutant.did}: ${JSON.stringify(found)} and, in Python, ${JSON.stringify(others)}`);
  }
  expect(await other.end()).toBe(0);
}, 1_200_000);
