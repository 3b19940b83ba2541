/** The organisation's policy at synthesis, by the real opa: what is deployed, and what never is. */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployedOrganisation } from '#adapters/deployed-organisation.ts';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { PolicyInput } from '#domain/policy/organisation.ts';
import { policyExamples } from '#domain/policy/policy-examples.ts';
import { type AskedOfPolicy, policyInput } from '#domain/policy/policy-input.ts';
import type { Asked } from '#domain/request.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';
import { bundling } from '../../infra/curfew-function.ts';
import { loadPolicy, type OrganisationPolicy } from '../../infra/organisation-policy.ts';

const shipped = fileURLToPath(new URL('../../policy', import.meta.url));
let dir: string;
let told: string[];

beforeAll(() => ensureOpa(silentProgress()).then(() => {}));
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-policy-test-'));
  told = [];
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const load = (settings: Partial<Parameters<typeof loadPolicy>[0]> = {}) =>
  loadPolicy({ policy: dir, ...settings }, { ...silentProgress(), note: (text) => told.push(text) });

/** Judges as a function does that has these files beside its bundle. */
async function judged({ files }: OrganisationPolicy, input: PolicyInput) {
  const beside = join(dir, 'beside');
  await mkdir(beside, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(beside, name), content);
  return deployedOrganisation(new MemoryMetrics(), new URL(`file://${beside}/policy.json`)).judge(input);
}

const rules = (verdict: string, rest = '') =>
  writeFile(join(dir, 'rules.rego'), `package curfew.access\n\n${verdict}\n\n${rest}\n`);
const allowing = 'verdict := {"version": 1, "allow": true, "reasons": []}';

async function refusal(): Promise<string> {
  const error = await load().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(InvalidInput);
  return (error as InvalidInput).message;
}

describe('the policy that is shipped', () => {
  it('passes its tests, which reach every line of it', async () => {
    const opa = await ensureOpa(silentProgress());
    const { code, stdout } = await run({
      command: opa,
      args: ['test', '--coverage', '--threshold', '100', '.'],
      cwd: shipped,
    });
    expect(code, stdout).toBe(0);
    const counted = await run({ command: opa, args: ['test', '.'], cwd: shipped });
    expect(counted.stdout).toMatch(/^PASS: \d{2}\/\d{2}\s*$/);
  });

  it('is laid out as opa fmt lays out', async () => {
    const opa = await ensureOpa(silentProgress());
    expect(await run({ command: opa, args: ['fmt', '--list', '.'], cwd: shipped })).toMatchObject({
      code: 0,
      stdout: '',
    });
  });

  it('judges in a function as in its tests, also by its data', async () => {
    await cp(shipped, dir, { recursive: true });
    const { person, workload } = policyExamples;
    expect(await judged(await load(), person)).toEqual({ version: 1, allow: true, reasons: [], require: {} });
    const debugger_ = { ...workload, role: { ...workload.role, duty: 'debugging' } };
    expect(await judged(await load(), debugger_)).toMatchObject({
      allow: false,
      reasons: ["A workload can't hold the duty debugging: ask as yourself."],
    });
    const freeze = {
      clusters: ['payments-prod'],
      from: '2026-11-20',
      until: '2026-11-30',
      why: 'Black Friday',
      exempt: [],
    };
    await writeFile(join(dir, 'data.json'), JSON.stringify({ freezes: [freeze] }));
    expect(await judged(await load(), person)).toMatchObject({
      allow: false,
      reasons: ['Deployments to payments-prod are frozen until 2026-11-30: Black Friday.'],
    });
  });
});

describe('the company of the worked example', () => {
  const example = (name: string) => fileURLToPath(new URL(`../../docs/example/${name}`, import.meta.url));
  const blackFriday = '2026-11-27T11:00:00.000Z';
  const dana = { person: 'dana@example.com', principalArn: 'arn:aws:iam::1:role/d', sessionName: 'd' };

  async function judgedThere(asked: Partial<Asked>, requester: AskedOfPolicy['requester'] = dana) {
    const catalog = readCatalog(await readFile(example('curfew.yaml'), 'utf8'));
    const full = {
      ...{ cluster: 'shop-prod', namespaces: ['checkout'], role: 'deploy-checkout' },
      ...{ durationSeconds: 600, reason: 'x', ticket: 'INC-1', ...asked },
    };
    const { rules = [] } = catalog.roles[full.role] ?? {};
    const given = { now: blackFriday, phase: 'submit', asked: full, requester } as const;
    const input = policyInput({ ...given, others: [], catalog, rules });
    if (!input) throw new Error('The worked catalog has no such role.');
    return judged(await load(), input);
  }

  beforeEach(async () => {
    await cp(shipped, dir, { recursive: true });
    await cp(example('policy-data.json'), join(dir, 'data.json'));
  });

  it('deploys nothing to production while customers shop, but for the change that was let through', async () => {
    expect(await judgedThere({})).toMatchObject({
      allow: false,
      reasons: ['Deployments to shop-prod are frozen until 2026-12-01T00:00:00.000Z: Black Friday.'],
    });
    expect((await judgedThere({ ticket: 'CHG-100' })).allow).toBe(true);
    expect((await judgedThere({ cluster: 'shop-staging' })).allow).toBe(true);
    expect((await judgedThere({ role: 'look-at-payments', namespaces: ['payments'] })).allow).toBe(true);
  });

  it('gives the key of the gateway for an hour at most, and to no pipeline', async () => {
    const key = { role: 'rotate-gateway-key', namespaces: ['payments'] };
    const require = { maxDuration: 3600, assurance: 'signed' };
    expect(await judgedThere(key)).toMatchObject({ allow: true, require });
    const { person: _, ...pipeline } = dana;
    expect((await judgedThere(key, pipeline)).allow).toBe(false);
  });
});

describe('in a bundle', () => {
  it('judges as the deployed functions do', async () => {
    const { files } = await load({ policy: shipped });
    for (const [name, content] of Object.entries(files)) await writeFile(join(dir, name), content);
    const { banner, mainFields, ...options } = bundling;
    await build({
      stdin: {
        resolveDir: dirname(shipped),
        contents: `
          import { deployedOrganisation } from '#adapters/deployed-organisation.ts';
          import { policyExamples } from '#domain/policy/policy-examples.ts';
          const policy = deployedOrganisation({ count() {} });
          console.log(JSON.stringify(await policy.judge(policyExamples.person)));`,
      },
      outfile: join(dir, 'index.mjs'),
      bundle: true,
      platform: 'node',
      format: options.format,
      target: options.target,
      minify: options.minify,
      keepNames: options.keepNames,
      mainFields: [...mainFields],
      banner: { js: banner },
      logLevel: 'error',
    });
    const { stdout, stderr } = await run({ command: process.execPath, args: ['index.mjs'], cwd: dir });
    expect(JSON.parse(stdout || stderr)).toEqual({ version: 1, allow: true, reasons: [], require: {} });
  });
});

describe('a policy that could not judge fails synthesis', () => {
  it.each([
    [
      'that does not parse',
      'verdict := {',
      /does not pass opa check --strict:\n.*rules\.rego:\d+: rego_parse_error/s,
    ],
    [
      'that reads what the input does not have',
      `${allowing} if input.requester.email == "dana@example.com"`,
      /rego_type_error: undefined ref: input\.requester\.email.*want \(one of\): \["askedBy" "kind" "person"/s,
    ],
    [
      'that calls what there is not',
      `${allowing} if access_level(input) > 3`,
      /rego_type_error: undefined function access_level/,
    ],
    [
      'of another package',
      'other := 1',
      /can not be compiled to WebAssembly:.*entrypoint|has no rule verdict/s,
    ],
    [
      'that asks the network',
      `${allowing} if http.send({"method": "get", "url": "https://example.com"}).status_code == 200`,
      /can't judge the example "person": it calls http\.send, which can't be had/,
    ],
    [
      'that does not answer each request',
      `${allowing} if input.phase == "submit"`,
      /can't judge the example "workload": it has no answer/,
    ],
    [
      'that answers something else',
      'verdict := true',
      /can't judge the example "person": its answer is not a verdict of version 1/,
    ],
    [
      'that answers in another version',
      'verdict := {"version": 2, "allow": true, "reasons": []}',
      /version: Invalid input: expected 1/,
    ],
  ])('one %s', async (_title, verdict, message) => {
    await rules(verdict);
    const said = await refusal();
    expect(said).toMatch(message);
    expect(said).toContain(`The policy in ${dir}`);
    expect(said).toContain('docs/policy.md');
  });

  it('one that fails its own tests', async () => {
    await rules(allowing);
    await writeFile(
      join(dir, 'rules_test.rego'),
      'package curfew.access_test\n\nimport data.curfew.access\n\ntest_nobody_gets_in if not access.verdict.allow\n',
    );
    expect(await refusal()).toMatch(/fails its own tests:.*test_nobody_gets_in: FAIL/s);
  });
});

describe('what decides', () => {
  it('is the guardrails alone where there are no rules, and says so', async () => {
    const none = await loadPolicy({ policy: 'policy' }, { ...silentProgress(), note: () => {} }).catch(
      () => undefined,
    );
    expect(none?.summary).toMatch(/^compiled /); // from the project's root there are rules
    const here = process.cwd();
    process.chdir(dir);
    try {
      const policy = await load({ policy: 'policy' });
      await mkdir(join(dir, 'policy'));
      await writeFile(join(dir, 'policy', 'README.md'), 'No rules yet.');
      expect(await load({ policy: 'policy' })).toEqual(policy);
      expect(policy.summary).toBe('none');
      expect(told[0]).toMatch(/^Organisation policy: none, since policy holds no file in Rego/);
      expect(await judged(policy, policyExamples.person)).toEqual({ version: 1, allow: true, reasons: [] });
    } finally {
      process.chdir(here);
    }
  });

  it('is no folder that was named and has no rules', async () => {
    expect(await refusal()).toMatch(/The folder .* of the setting "policy" holds no file in Rego/);
  });

  it('is in the summary: another with each change of rules or data', async () => {
    await rules(allowing);
    const first = await load();
    expect(first.summary).toMatch(/^compiled [0-9a-f]{16}$/);
    expect((await load()).summary).toBe(first.summary);
    await writeFile(join(dir, 'data.json'), '{"limits": {"a": 1}}');
    const second = await load();
    expect(second.summary).not.toBe(first.summary);
    await rules(`${allowing} if data.limits.a == 1`);
    expect((await load()).summary).not.toBe(second.summary);
  });

  it('is the server where one is set, with the authority that signed its certificate', async () => {
    const { ca, serverCert } = await ensurePki(dir);
    const policyServer = 'https://opa.example.com/v1/data/curfew/access/verdict';
    const { summary, files } = await load({ policyServer, policyServerCertificate: ca });
    expect(summary).toBe(policyServer);
    expect(Object.keys(files)).toEqual(['policy.json']);
    expect(JSON.parse(String(files['policy.json']))).toEqual({
      kind: 'server',
      url: policyServer,
      certificateAuthority: expect.stringContaining('BEGIN CERTIFICATE'),
    });
    await expect(load({ policyServer, policyServerCertificate: serverCert })).rejects.toThrow(
      /no certificate of an authority/,
    );
    await expect(load({ policyServer, policyServerCertificate: join(dir, 'none') })).rejects.toThrow(
      /can't be read as PEM/,
    );
  });
});
