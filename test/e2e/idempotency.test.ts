/** The same submission sent again: one request, whoever repeats it how often; another body under its key is refused. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { aPerson, type E2ePerson } from './person.ts';
import { expectProblem, recordedBy } from './problems.ts';
import { callApi } from './signed-fetch.ts';
import { mailAbout, mailsAbout, rob } from './steps.ts';

const cloud = inject('cloud');
const key = { 'idempotency-key': 'one-and-only' };
const body = {
  cluster: cloud.cluster.name,
  namespaces: ['payments'],
  role: 'pod-reader',
  duration: '20s',
  reason: 'Payments fail since 12:00',
};
let yuri: E2ePerson;
let zoe: E2ePerson;
let id: string;

beforeAll(async () => {
  yuri = await aPerson('yuri');
  zoe = await aPerson('zoe', { role: yuri.role });
});
afterAll(async () => {
  for (const person of [yuri, zoe]) {
    const { items } = await person.api.list({ scope: 'mine', limit: 100 });
    for (const request of items) await person.api.withdraw(request.id);
  }
});

const submit = (person: E2ePerson, change: object = {}) =>
  callApi(person, 'POST', '/v1/requests', { ...body, ...change }, key);

test('sent five times at once it is made once, and every answer is that request', async () => {
  const { answer, made } = await recordedBy(yuri, () =>
    Promise.all(Array.from({ length: 5 }, () => submit(yuri))),
  );
  expect(made).toMatchObject([{ status: 'pending' }]);
  ({ id } = made[0] ?? expect.fail('nothing was made'));
  expect(answer.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
  expect(new Set(answer.map((one) => one.body.id))).toEqual(new Set([id]));
});

test('sent again later it is answered with that request as it is by then', async () => {
  await Promise.all([mailAbout(cloud, id), mailAbout(cloud, id, rob)]);
  const { answer, made } = await recordedBy(yuri, () => submit(yuri));
  expect(answer).toMatchObject({ status: 200, body: { id } });
  expect(made).toEqual([]);
  expect(await mailsAbout(cloud, id)).toHaveLength(2);
});

test.each([
  ['more time', { duration: '4h' }],
  ['another role', { role: 'config-editor' }],
  ['another reason', { reason: 'Payments fail since 13:00' }],
])('with %s under the same key it is refused, and the request stays as it is', async (_, change) => {
  const before = await yuri.api.show(id);
  const { answer, made } = await recordedBy(yuri, () => submit(yuri, change));
  const { details } = expectProblem(answer, {
    ...{
      status: 409,
      code: 'IdempotencyMismatch',
      detail: new RegExp(`used for request ${id} with another body`),
    },
    next: /Use a new Idempotency-Key/,
  });
  expect(details).toEqual({ requestId: id });
  expect(made).toEqual([]);
  expect(await yuri.api.show(id)).toEqual(before);
});

test('under the same key of somebody else it is a request of theirs', async () => {
  const { answer, made } = await recordedBy(zoe, () => submit(zoe, { duration: '4h' }));
  expect(answer).toMatchObject({ status: 201, body: { requester: { person: zoe.session } } });
  expect(made.map((one) => one.id)).toEqual([answer.body.id]);
  expect(answer.body.id).not.toBe(id);
});
