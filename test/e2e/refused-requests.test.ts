/** Requests that policy refuses: told what can be asked for instead, on record as denied, and nothing else happens. */
import { DescribeExecutionCommand, ExecutionDoesNotExist } from '@aws-sdk/client-sfn';
import { beforeAll, expect, inject, test } from 'vitest';
import type { NewRequest } from '../../cli/api/client.ts';
import { bindingsOf, executionArn, stateMachines } from './insight.ts';
import { expectTrueRecord } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { expectProblem, recordedBy } from './problems.ts';
import { callApi } from './signed-fetch.ts';
import { askArgs, mailsAbout, mayGet } from './steps.ts';

const cloud = inject('cloud');
const valid: NewRequest = {
  cluster: cloud.cluster.name,
  namespaces: ['payments'],
  role: 'pod-reader',
  duration: '20s',
  reason: 'Payments fail since 12:00',
};
let vic: E2ePerson;
const refused: string[] = [];

beforeAll(async () => {
  vic = await aPerson('vic');
});

test.each<[what: string, change: Partial<NewRequest>, detail: RegExp]>([
  [
    'a namespace that the role is not for',
    { namespaces: ['platform'] },
    /not for namespace "platform", only for payments, checkout\./,
  ],
  [
    'a namespace more than the role is for',
    { namespaces: ['payments', 'platform'] },
    /not for namespace "platform", only for/,
  ],
  ["Kubernetes' own namespace", { namespaces: ['kube-system'] }, /"kube-system" is protected/],
  ['a namespace that the cluster protects', { namespaces: ['istio-system'] }, /"istio-system" is protected/],
  ['a role that there is not', { role: 'cluster-admin' }, /no role "cluster-admin"\. Known: .*pod-reader/],
  ['a role called like a part of every object', { role: 'constructor' }, /no role "constructor"\. Known: /],
  [
    'a cluster that there is not',
    { cluster: 'payments-dev' },
    /no cluster "payments-dev"\. Known: payments-prod\./,
  ],
  ['more time than the role allows', { duration: '4h1s' }, /at most 4h; you asked for 4h1s\./],
  ['less time than anybody could use', { duration: '9s' }, /at least 10s/],
  ['a role that wants a ticket, without one', { role: 'deployer' }, /needs a ticket: add --ticket ID/],
])('%s is refused, and that is on record', async (_, change, detail) => {
  const call = () => callApi(vic, 'POST', '/v1/requests', { ...valid, ...change });
  const { answer, made } = await recordedBy(vic, call);
  const { details } = expectProblem(answer, {
    ...{ status: 403, code: 'RequestRefused', detail },
    next: /Ask for what the catalog allows: GET \/v1\/catalog .*on record/,
  });
  expect(made).toMatchObject([{ id: details?.requestId, status: 'denied', decision: { outcome: 'refuse' } }]);
  refused.push(String(details?.requestId));
});

test('all that is wrong is said at once, and one refusal is recorded', async () => {
  const wrong = { ...valid, role: 'deployer', namespaces: ['platform', 'kube-system'], duration: '3h' };
  const { answer, made } = await recordedBy(vic, () => callApi(vic, 'POST', '/v1/requests', wrong));
  expect(answer.body.details.reasons).toHaveLength(4);
  expect(made).toHaveLength(1);
});

test('repeated with its Idempotency-Key it is the same refusal, once on record', async () => {
  const call = () =>
    callApi(
      vic,
      'POST',
      '/v1/requests',
      { ...valid, namespaces: ['platform'] },
      { 'idempotency-key': 'vic-1' },
    );
  const { answer, made } = await recordedBy(vic, async () => [await call(), await call(), await call()]);
  expect(made).toMatchObject([{ status: 'denied' }]);
  const ids = answer.map(({ status, body }) => [status, body.details.requestId]);
  expect(ids).toEqual(ids.map(() => [403, made[0]?.id]));
});

test.each<[what: string, options: string[], said: RegExp]>([
  ['a namespace that the role is not for', ['-n', 'platform'], /not for namespace "platform", only for/],
  ["Kubernetes' own namespace", ['-n', 'kube-system'], /"kube-system" is protected/],
  ['a role that there is not', ['--role', 'cluster-admin'], /no role "cluster-admin"\. Known: /],
  ['a cluster that there is not', ['--cluster', 'payments-dev'], /no cluster "payments-dev"\. Known: /],
  ['more time than the role allows', ['--for', '5h'], /at most 4h; you asked for 5h\./],
])('curfew says so of %s, and where to look', async (_, options, said) => {
  const ask = () => vic.terminal.run('curfew', ['request', ...askArgs(vic), ...options, '--no-wait']);
  const { answer, made } = await recordedBy(vic, ask);
  expect(answer).toMatchObject({ code: 5, stdout: '', stderr: expect.stringMatching(said) });
  expect(answer.stderr).toContain('`curfew roles` lists what can be asked for.');
  expect(answer.stderr).toContain(`The refusal is on record as ${made[0]?.id}.`);
  expect(made).toMatchObject([{ status: 'denied' }]);
});

test('nothing but evidence comes of any of them', async () => {
  expect(refused).toHaveLength(10);
  await Promise.all(
    refused.map(async (id) => {
      const seen = await vic.api.show(id);
      expect(seen.events).toMatchObject([{ type: 'refused', status: 'denied', actor: vic.session }]);
      await expectTrueRecord(vic, seen as Parameters<typeof expectTrueRecord>[1]);
      expect(await mailsAbout(cloud, id)).toEqual([]);
      expect(await bindingsOf(cloud, id)).toEqual([]);
      const execution = new DescribeExecutionCommand({ executionArn: executionArn(cloud, id) });
      await expect(stateMachines(cloud).send(execution)).rejects.toThrow(ExecutionDoesNotExist);
    }),
  );
  expect(await mayGet(vic)).toBe('unauthorized');
});
