/** Calls of the deployed API that are no proper calls: each fault is named with its place, and nothing is recorded. */
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { ProblemName } from '#http/problem.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { expectProblem, recordedBy } from './problems.ts';
import { tableText } from './secrets.ts';
import { type Answer, callApi } from './signed-fetch.ts';
import { ask } from './steps.ts';

const cloud = inject('cloud');
/** In every body here, so that whatever came on record of one would be found. */
const canary = `canary ${randomUUID()}`;
const valid = {
  cluster: cloud.cluster.name,
  namespaces: ['payments'],
  role: 'pod-reader',
  duration: '20s',
  reason: canary,
};
const json = JSON.stringify(valid);
let will: E2ePerson;

beforeAll(async () => {
  will = await aPerson('will');
});

const submit = (body: unknown, headers: Record<string, string> = {}) =>
  callApi(will, 'POST', '/v1/requests', body, headers);

/** Makes a call that must not be recorded, and returns the faults that were named. */
async function faultsOf(call: () => Promise<Answer>): Promise<{ path: string; message: string }[]> {
  const { answer, made } = await recordedBy(will, call);
  expect(made).toEqual([]);
  const { details } = expectProblem(answer, {
    ...{ status: 400, code: 'InvalidInput', next: /Mend every fault listed under details\.faults/ },
  });
  return details?.faults as { path: string; message: string }[];
}

describe('A submission', () => {
  const longest = `${json.slice(0, -1)},"ticket":"${'x'.repeat(17_000)}"}`;
  test.each<[what: string, body: unknown, path: string, message: RegExp]>([
    ['with a duration of zero', { ...valid, duration: '0s' }, 'duration', /such as 90s, 30m, 2h or 1h30m/],
    ['with a duration in words', { ...valid, duration: 'soon' }, 'duration', /such as 90s, 30m, 2h/],
    ['with a duration below zero', { ...valid, duration: '-20s' }, 'duration', /such as 90s, 30m, 2h/],
    ['with an endless duration', { ...valid, duration: '99999h' }, 'duration', /such as 90s, 30m, 2h/],
    ['with a duration that is no text', { ...valid, duration: 20 }, 'duration', /expected string/],
    ['with no namespace', { ...valid, namespaces: [] }, 'namespaces', /\S/],
    [
      'with a namespace for another path',
      { ...valid, namespaces: ['../../x'] },
      'namespaces.0',
      /lower-case/,
    ],
    ['with a second line in its reason', { ...valid, reason: `${canary}\nApproved.` }, 'reason', /one line/],
    ['with an unknown name in it', { ...valid, approved: true }, 'approved', /not known here/],
    ['in the name of another', { ...valid, requester: 'rita@example.com' }, 'requester', /not known here/],
    ['with a name given twice', `${json.slice(0, -1)},"role":"debugger"}`, 'role', /given twice/],
    ['that is no JSON', json.slice(0, -1), '', /not JSON/],
    ['that is JSON with a comma too many', `${json.slice(0, -1)},}`, '', /not JSON/],
    ['that is no object', [valid], '', /expected object/],
    ['that is empty', '', '', /not JSON/],
  ])('%s is refused with its place', async (_, body, path, message) => {
    expect(await faultsOf(() => submit(body))).toEqual([{ path, message: expect.stringMatching(message) }]);
  });

  test('with many faults hears of each', async () => {
    const body = { namespaces: 'payments', duration: 'x', reason: '', colour: 'red' };
    const paths = (await faultsOf(() => submit(body, { 'idempotency-key': 'a, b' }))).map(({ path }) => path);
    const wrong = [
      'cluster',
      'colour',
      'duration',
      'headers.idempotency-key',
      'namespaces',
      'reason',
      'role',
    ];
    expect([...new Set(paths)].sort()).toEqual(wrong);
  });

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=utf-16'])(
    'sent as %s is not looked at',
    async (type) => {
      expect(await faultsOf(() => submit(json, { 'content-type': type }))).toEqual([
        { path: 'headers.content-type', message: 'Send application/json in UTF-8.' },
      ]);
    },
  );

  test('that is too large is refused as a whole', async () => {
    const { answer, made } = await recordedBy(will, () => submit(longest));
    expectProblem(answer, { status: 413, code: 'BodyTooLarge', detail: /16384 bytes/, next: /Send less/ });
    expect(made).toEqual([]);
  });

  test('of these left nothing on record, not even in part', async () => {
    expect(await tableText(cloud)).not.toContain(canary);
  });
});

describe('A list', () => {
  let cursor: string;
  beforeAll(async () => {
    const asked = await Promise.all([ask(will), ask(will)]);
    ({ cursor = '' } = await will.api.list({ scope: 'mine', limit: 1 }));
    await Promise.all(asked.map(({ id }) => will.api.withdraw(id)));
  });

  const forged = Buffer.from(JSON.stringify([1, 'mine', { '>': '' }])).toString('base64url');
  test.each<[what: string, query: () => string, path: string]>([
    ['from a cursor that is none', () => 'cursor=nonsense', 'cursor'],
    ['from a cursor of another form', () => `cursor=${forged}`, 'cursor'],
    ['from a cursor with something cut off', () => `cursor=${cursor.slice(0, -9)}`, 'cursor'],
    ['from the cursor of another list', () => `scope=open&cursor=${cursor}`, 'cursor'],
    ['from an endless cursor', () => `cursor=${'x'.repeat(3000)}`, 'query.cursor'],
    ['of no length', () => 'limit=0', 'query.limit'],
    ['of everything', () => 'limit=1000', 'query.limit'],
    ['of another scope', () => 'scope=all', 'query.scope'],
    ['of somebody', () => 'requester=rita@example.com', 'query.requester'],
  ])('%s is refused with its place', async (_, query, path) => {
    const faults = await faultsOf(() => callApi(will, 'GET', `/v1/requests?${query()}`));
    expect(faults).toEqual([{ path, message: expect.stringMatching(/\S/) }]);
  });

  test('goes on from a cursor as it was given out', async () => {
    const next = await callApi(will, 'GET', `/v1/requests?limit=1&cursor=${cursor}`);
    expect(next).toMatchObject({ status: 200, body: { items: [{ status: 'withdrawn' }] } });
  });
});

describe('A request', () => {
  test.each(['nonsense', '01ARZ3NDEKTSV4RRFFQ69G5FAVX', '01arz3ndektsv4rrffq69g5fav'])(
    'by the id %s is refused with what an id is',
    async (id) => {
      expect(await faultsOf(() => callApi(will, 'GET', `/v1/requests/${id}`))).toEqual([
        { path: 'path.id', message: expect.stringMatching(/ULID: 26/) },
      ]);
    },
  );

  test('that does not exist is told from no other, and neither is one of somebody else', async () => {
    const other = await aPerson('xena');
    const { id } = await ask(other);
    const unknown = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
    for (const one of [unknown, id]) {
      const detail = new RegExp(`^There is no request ${one}\\.$`);
      const next = /GET \/v1\/requests\?scope=mine lists yours/;
      const problem = { status: 404, code: 'RequestNotFound', detail, next } as const;
      expectProblem(await callApi(will, 'GET', `/v1/requests/${one}`), problem);
    }
    await other.api.withdraw(id);
  });

  test.each<[method: 'GET' | 'POST', path: string, status: number, code: ProblemName, next: RegExp]>([
    ['GET', '/v1/nonsense', 404, 'NoSuchPath', /openapi\.json lists every path/],
    ['POST', '/v1/whoami', 405, 'MethodNotAllowed', /method of the Allow header/],
  ])('to %s %s hears what there is', async (method, path, status, code, next) => {
    const answer = await callApi(will, method, path, method === 'POST' ? {} : undefined);
    expectProblem(answer, { status, code, next });
  });
});
