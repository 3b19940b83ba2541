import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployedOrganisation } from '#adapters/deployed-organisation.ts';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'curfew-deployed-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

async function judged(policy?: unknown) {
  const file = join(dir, 'policy.json');
  if (policy !== undefined) writeFileSync(file, typeof policy === 'string' ? policy : JSON.stringify(policy));
  const metrics = new MemoryMetrics();
  const { allow, reasons } = await deployedOrganisation(metrics, pathToFileURL(file)).judge(
    policyExamples.person,
  );
  return { allow, reasons, counted: metrics.counted };
}

describe('the policy beside a bundle', () => {
  it('allows where it says that there is none', async () => {
    expect(await judged({ kind: 'none' })).toEqual({ allow: true, reasons: [], counted: [] });
  });

  it.each([
    ['is missing', undefined],
    ['is not JSON', '{'],
    ['is of a kind that nobody knows', { kind: 'opa' }],
    ['says more than it may', { kind: 'none', url: 'https://opa.example.com/v1/data/x' }],
    ['is compiled, but its module is missing', { kind: 'compiled', data: {} }],
    ['is a server without TLS', { kind: 'server', url: 'http://opa.example.com/v1/data/x' }],
  ])('refuses everything, and counts it, where it %s', async (_title, policy) => {
    expect(await judged(policy)).toEqual({
      allow: false,
      reasons: [expect.stringMatching(/what was deployed of it can not be read; deploy again/)],
      counted: [{ name: 'PolicyFailed', value: 1 }],
    });
  });

  it('refuses everything where its module is none', async () => {
    writeFileSync(join(dir, 'policy.wasm'), 'no module');
    const { allow, reasons } = await judged({ kind: 'compiled', data: {} });
    expect(allow).toBe(false);
    expect(reasons[0]).toContain('it is no WebAssembly module');
  });
});
