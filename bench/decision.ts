/** What our bounds and checks around a compiled policy cost: a judgement beside a bare evaluation of the same module. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { judgedOrganisation } from '#adapters/judged-organisation.ts';
import { policyMemory, wasmPolicy } from '#adapters/wasm-policy.ts';
import type { PolicyInput } from '#domain/policy/organisation.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import { buildPolicy, type CompiledPolicy } from '../infra/compile-policy.ts';
import type { Bench } from './bench.ts';
import { spreadTable } from './spread.ts';

export const decision: Bench = {
  measures: "a decision by the organisation's policy, beside bare opa-wasm on the same module and requests",
  options: {
    small: { means: 'rules of the small policy', value: 50 },
    large: { means: 'rules of the large policy', value: 5_000 },
    decisions: { means: 'decisions by each of the two, taking turns', value: 500 },
  },
  async run({ progress, values: { small = 0, large = 0, decisions = 0 } }) {
    const opa = await ensureOpa(progress);
    const tables: string[] = [];
    for (const rules of [small, large]) {
      const compiled = await progress.step(`Compiling ${rules} rules`, () => policyOf(rules, opa));
      const { ours, bare } = await progress.step(`${decisions} decisions by ${rules} rules`, () =>
        takingTurns(compiled, decisions),
      );
      const kilobytes = Math.round(compiled.wasm.byteLength / 1000);
      tables.push(
        spreadTable(`${rules} rules, module of ${kilobytes} kB`, [
          { name: 'bare opa-wasm, loading and first decision', values: [bare.loading] },
          { name: 'ours, loading and first decision', values: [ours.loading], reference: [bare.loading] },
          { name: 'bare opa-wasm, decision', values: bare.decisions },
          { name: 'ours, decision', values: ours.decisions, reference: bare.decisions },
        ]),
      );
    }
    return tables.join('\n\n');
  },
};

/** Rules that each look at several parts of a request; none lets itself be skipped by an index, few refuse. */
async function policyOf(rules: number, opa: string): Promise<CompiledPolicy> {
  const dir = await mkdtemp(join(tmpdir(), 'curfew-bench-policy-'));
  try {
    const each = Array.from(
      { length: rules },
      (_, i) => `refusals contains "rule ${i}" if {
        input.cluster.name == "cluster-${i % 97}"
        input.role.duty in {"debugging", "duty-${i}"}
        input.request.durationSeconds > ${i}
      }`,
    );
    const verdict = 'verdict := {"version": 1, "allow": count(refusals) == 0, "reasons": sort(refusals)}';
    await writeFile(join(dir, 'policy.rego'), ['package curfew.access', verdict, ...each].join('\n\n'));
    return await buildPolicy(dir, opa);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

const entrypoint = 'curfew/access/verdict';

/** Milliseconds. */
interface Times {
  loading: number;
  decisions: number[];
}

/** The same requests in the same order for both, one by one, so that whatever slows the machine slows both. */
async function takingTurns(
  { wasm, data }: CompiledPolicy,
  count: number,
): Promise<{ ours: Times; bare: Times }> {
  const began = performance.now();
  const policy = await loadPolicy(wasm, { ...policyMemory });
  policy.setData(data);
  policy.evaluate(request(0), entrypoint);
  const bare: Times = { loading: performance.now() - began, decisions: [] };

  const organisation = judgedOrganisation(wasmPolicy(wasm, { data }), { count() {} });
  const ours: Times = { loading: await timed(() => organisation.judge(request(0))), decisions: [] };

  for (let i = 0; i < count; i++) {
    const input = request(i);
    bare.decisions.push(await timed(async () => policy.evaluate(input, entrypoint)));
    ours.decisions.push(await timed(() => organisation.judge(input)));
  }
  return { ours, bare };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Some are refused by a rule, most by none. */
function request(i: number): PolicyInput {
  const { person } = policyExamples;
  return {
    ...person,
    cluster: { ...person.cluster, name: `cluster-${i % 97}` },
    role: { ...person.role, duty: `duty-${i % 50}` },
  };
}
