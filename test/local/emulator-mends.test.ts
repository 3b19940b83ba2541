/** Each mend of the emulator is needed and works: its probe passes with it and finds the fault in the stock release. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '#local/emulator/emulator.ts';
import { silentProgress } from '#local/progress.ts';
import { ProbedCloud } from './emulator/cloud.ts';
import { functionProbes } from './emulator/function-probes.ts';
import { identityProbes } from './emulator/identity-probes.ts';
import { stackProbes } from './emulator/stack-probes.ts';
import { stateProbes } from './emulator/state-probes.ts';

const probes = [...functionProbes, ...identityProbes, ...stateProbes, ...stackProbes];
/** Proven by the tests of the EKS stand-in, which depends on it. */
const provenElsewhere = ['eks_front_door'];

let dir: string;
let mended: ProbedCloud;
let stock: ProbedCloud;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-mends-'));
  const progress = silentProgress();
  const [one, other] = await Promise.all([
    startEmulator({ dir: join(dir, 'mended'), progress, functionLimit: 8 }),
    startEmulator({ dir: join(dir, 'stock'), progress, mends: [] }),
  ]);
  mended = new ProbedCloud(one);
  stock = new ProbedCloud(other);
  await Promise.all([mended.prepare(), stock.prepare()]);
}, 180_000);

afterAll(async () => {
  await Promise.all([mended?.emulator.stop(), stock?.emulator.stop()]);
  await rm(dir, { recursive: true, force: true });
});

describe('each mend of the emulator', () => {
  test('has a probe', async () => {
    const mends = fileURLToPath(import.meta.resolve('#local/emulator/mends/__init__.py'));
    const files = (await readdir(join(mends, '..'))).filter((name) => /^[a-z].*\.py$/.test(name));
    const probed = new Set([...probes.map(({ mend }) => mend), ...provenElsewhere]);
    expect([...probed].sort()).toEqual(files.map((name) => name.replace('.py', '')).sort());
  });

  describe.each(probes)('$mend: $title', (probe) => {
    test.concurrent('with the mend, as on AWS', { timeout: 60_000 }, async ({ expect }) => {
      expect(await probe.see(mended)).toEqual(probe.mended);
    });
    test.concurrent('without it, the fault is still there', { timeout: 60_000 }, async ({ expect }) => {
      expect(await probe.see(stock)).toEqual(probe.stock);
    });
  });
});
