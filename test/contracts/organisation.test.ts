/** OrganisationPolicy: the memory twin, the compiled rules and a real OPA server judge the same, and fail alike. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadPolicy } from '@open-policy-agent/opa-wasm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { judgedOrganisation } from '#adapters/judged-organisation.ts';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import { MemoryOrganisation } from '#adapters/memory/organisation.ts';
import { policyServer } from '#adapters/policy-server.ts';
import { type WasmPolicyOptions, wasmPolicy } from '#adapters/wasm-policy.ts';
import { ensurePki } from '#local/kubernetes/pki.ts';
import { ensureOpa } from '#local/opa/opa.ts';
import { silentProgress } from '#local/progress.ts';
import { buildPolicy, type CompiledPolicy } from '../../infra/compile-policy.ts';
import { type OpaServer, startOpaServer } from './opa-server.ts';
import { answers, asking, organisationContract } from './organisation.ts';

// The real one, counted.
vi.mock('@open-policy-agent/opa-wasm', async (original) => {
  const real = await original<typeof import('@open-policy-agent/opa-wasm')>();
  return { ...real, loadPolicy: vi.fn(real.loadPolicy) };
});

const rules = fileURLToPath(new URL('organisation/policy.rego', import.meta.url));
let dir: string;
let data: string;
let opa: string;
let compiled: CompiledPolicy;
let server: OpaServer;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-organisation-'));
  data = join(dir, 'data.json');
  await writeFile(data, JSON.stringify({ answers }));
  await writeFile(join(dir, 'policy.rego'), await readFile(rules));
  opa = await ensureOpa(silentProgress());
  compiled = await buildPolicy(dir, opa);
  server = await startOpaServer([rules, data]);
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('OrganisationPolicy in memory', () => {
  const known: Record<string, unknown> = answers;
  organisationContract((metrics) => {
    const organisation = new MemoryOrganisation(metrics);
    organisation.answer = async ({ request: { reason }, requester }) => {
      if (reason === 'two answers at once') throw new Error(`two answers for ${reason}`);
      if (reason === 'yes, as a key') return { ...answers.yes, [String(requester.person)]: true };
      return known[reason];
    };
    return organisation;
  });

  it('allows everything until told otherwise, and tells what it was asked', async () => {
    const organisation = new MemoryOrganisation(new MemoryMetrics());
    expect(await organisation.judge(asking('anything'))).toEqual({ version: 1, allow: true, reasons: [] });
    expect(organisation.judged).toEqual([asking('anything')]);
  });
});

const inFunction = (options: Partial<WasmPolicyOptions> = {}) =>
  wasmPolicy(compiled.wasm, { ...compiled, ...options });

describe('OrganisationPolicy compiled to WebAssembly', () => {
  organisationContract((metrics) => judgedOrganisation(inFunction(), metrics));

  it('says where in the rules it failed', async () => {
    await expect(inFunction()(asking('two answers at once'))).rejects.toThrow(
      /^it failed at policy\.rego:\d+:\d+: var assignment conflict$/,
    );
  });

  it('is loaded once, and anew after a failure, also for those who waited meanwhile', async () => {
    const loads = vi.mocked(loadPolicy);
    loads.mockClear();
    const evaluate = inFunction();
    await Promise.all([evaluate(asking('yes')), evaluate(asking('no')), evaluate(asking('a word'))]);
    expect(loads).toHaveBeenCalledTimes(1);
    const [broke, waited] = await Promise.allSettled([
      evaluate(asking('two answers at once')),
      evaluate(asking('yes')),
    ]);
    expect([broke.status, waited.status]).toEqual(['rejected', 'fulfilled']);
    expect(loads).toHaveBeenCalledTimes(2);
  });

  it('is stopped when it takes too long, and judges on', async () => {
    const evaluate = inFunction({ timeoutMs: 50 });
    await expect(evaluate(asking('at length'))).rejects.toThrow(/^it took longer than 50 ms$/);
    expect(await evaluate(asking('yes'))).toEqual(answers.yes);
  });

  it('is stopped when it needs too much memory, and judges on', async () => {
    const evaluate = inFunction({ timeoutMs: 60_000, maxPages: 512 });
    await expect(evaluate(asking('everything'))).rejects.toThrow(/^it needed more than 32 MiB of memory$/);
    expect(await evaluate(asking('yes'))).toEqual(answers.yes);
    await expect(evaluate(asking('x'.repeat(40 * 2 ** 20)))).rejects.toThrow(/^it needed more than 32 MiB/);
    expect(await evaluate(asking('no'))).toEqual(answers.no);
  });

  it('has a memory that no number of requests fills', async () => {
    const evaluate = inFunction({ maxPages: 16 });
    for (let i = 0; i < 200; i++) expect(await evaluate(asking('yes'))).toEqual(answers.yes);
  });

  it('refuses what is no policy', async () => {
    await expect(wasmPolicy(Buffer.from('not wasm'), { data: {} })(asking('yes'))).rejects.toThrow(
      'it is no WebAssembly module',
    );
  });

  it('refuses rules that call what a function has not, before anything is judged by them', async () => {
    const other = await mkdtemp(join(tmpdir(), 'curfew-other-'));
    try {
      await writeFile(
        join(other, 'policy.rego'),
        `package curfew.access
         verdict := {"version": 1, "allow": true, "reasons": []} if not asks
         asks if { input.never; http.send({"method": "get", "url": "https://example.com"}).status_code == 200 }
         asks if { input.never; time.now_ns() > 3 }`,
      );
      const { wasm } = await buildPolicy(other, opa);
      await expect(wasmPolicy(wasm, { data: {} })(asking('yes'))).rejects.toThrow(
        "it calls http.send, time.now_ns, which can't be had inside the function that decides",
      );
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });
});

describe('OrganisationPolicy of a central server', () => {
  const central = (of: Partial<Parameters<typeof policyServer>[0]> = {}) =>
    policyServer({ ...server, ...of });
  organisationContract((metrics) => judgedOrganisation(central(), metrics));

  it('tells the time as the compiled rules do, in every zone and around changes of clocks', async () => {
    const here = inFunction();
    const there = central();
    const instants = [
      '2026-03-29T00:59:59.999Z',
      '2026-03-29T01:00:00.000Z',
      '2026-10-25T00:59:59.001Z',
      '2026-10-25T01:00:00.000Z',
      '2026-12-31T23:59:59.999Z',
      '2028-02-29T12:00:00.000Z',
    ];
    for (const zone of [
      'UTC',
      'Europe/Berlin',
      'America/St_Johns',
      'Asia/Kolkata',
      'Pacific/Kiritimati',
      '',
    ]) {
      for (const at of instants) {
        const question = asking(`clocks of ${zone}`, at);
        const answer = await there(question);
        expect(answer).toMatchObject({ allow: true });
        expect([zone, at, await here(question)]).toEqual([zone, at, answer]);
      }
    }
    expect(await here(asking('clocks of Nowhere/Land'))).toEqual(
      await there(asking('clocks of Nowhere/Land')),
    );
  });

  it('is not believed without a certificate of the authority that was set', async () => {
    await expect(policyServer({ url: server.url })(asking('yes'))).rejects.toThrow(
      /can't be reached \(.*(CERT|SIGN)/,
    );
  });

  it('refuses where there is no server', async () => {
    await expect(central({ url: 'https://127.0.0.1:1/v1/data/x' })(asking('yes'))).rejects.toThrow(
      "its server can't be reached (ECONNREFUSED)",
    );
  });

  it('is asked by https only', () => {
    expect(() => central({ url: 'http://127.0.0.1/v1/data/x' })).toThrow(/begins with https/);
  });
});

describe('a server that is no policy server', () => {
  let strange: Server;
  let asked: string[];
  let evaluate: ReturnType<typeof policyServer>;

  beforeAll(async () => {
    const pki = await ensurePki(join(dir));
    const [key, cert] = await Promise.all([readFile(pki.serverKey), readFile(pki.serverCert)]);
    asked = [];
    strange = createServer({ key, cert }, (request, response) => {
      const path = request.url ?? '';
      asked.push(path);
      if (path === '/silent') return;
      if (path === '/half') return void response.writeHead(200).write('{"result": {"version": 1,');
      if (path === '/redirect') return void response.writeHead(302, { location: '/elsewhere' }).end();
      if (path === '/elsewhere') return void response.end(JSON.stringify({ result: answers.yes }));
      if (path === '/error') return void response.writeHead(503).end(JSON.stringify({ result: answers.yes }));
      if (path === '/large')
        return void response.end(JSON.stringify({ result: answers.yes, pad: 'x'.repeat(65_536) }));
      if (path === '/page') return void response.end('<html>Welcome</html>');
      if (path === '/broken') return void response.destroy();
      response.end('[]');
    });
    await new Promise<void>((resolve) => strange.listen(0, '127.0.0.1', resolve));
    const { port } = strange.address() as AddressInfo;
    const certificateAuthority = await readFile(pki.ca, 'utf8');
    evaluate = (input) =>
      policyServer({
        url: `https://127.0.0.1:${port}/${input.request.reason}`,
        certificateAuthority,
        timeoutMs: ['silent', 'half'].includes(input.request.reason) ? 300 : 20_000,
      })(input);
  });
  afterAll(() => void strange?.close().closeAllConnections());

  it.each([
    ['silent', 'its server took longer than 300 ms'],
    ['half', 'its server took longer than 300 ms'],
    ['redirect', 'its server answered with status 302'],
    ['error', 'its server answered with status 503'],
    ['large', 'its server answered with more than 64 KiB'],
    ['page', 'its server answered in no form that opa knows'],
    ['list', 'its server answered in no form that opa knows'],
    ['broken', "its server can't be reached (ECONNRESET)"],
  ])('refuses, and says what is wrong: %s', async (path, fault) => {
    await expect(evaluate(asking(path))).rejects.toThrow(fault);
    expect(asked.splice(0)).toEqual([`/${path}`]);
  });
});
