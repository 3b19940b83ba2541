/** What the real kubectl says when it is refused is read back as the call that was refused. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { type RefusedCall, readForbidden } from '../../../cli/suggesting/forbidden.ts';
import { startTestCluster, type TestCluster } from '../onboard/cluster.ts';

let it: TestCluster;
beforeAll(async () => {
  it = await startTestCluster();
  await it.createNamespaces('payments');
});
afterAll(() => it?.stop());

const user = 'curfew:111122223333:AWSReservedSSO_Developer_0123456789abcdef:alice@example.com';
const inPayments = { apiGroup: '', namespace: 'payments' };

test.each<[string[], RefusedCall[]]>([
  [['get', 'pods', '-n', 'payments'], [{ ...inPayments, verb: 'list', resource: 'pods' }]],
  [
    ['get', 'pod', 'web-1', '-n', 'payments'],
    [{ ...inPayments, verb: 'get', resource: 'pods', name: 'web-1' }],
  ],
  [
    ['get', 'pods,services', '-n', 'payments'],
    [
      { ...inPayments, verb: 'list', resource: 'pods' },
      { ...inPayments, verb: 'list', resource: 'services' },
    ],
  ],
  [
    ['scale', 'deployment/web', '--replicas=2', '-n', 'payments'],
    [{ verb: 'get', apiGroup: 'apps', resource: 'deployments', name: 'web', namespace: 'payments' }],
  ],
  [
    ['create', 'configmap', 'flags', '-n', 'payments'],
    [{ ...inPayments, verb: 'create', resource: 'configmaps' }],
  ],
  [
    ['create', 'token', 'deployer', '-n', 'payments'],
    [{ ...inPayments, verb: 'create', resource: 'serviceaccounts/token', name: 'deployer' }],
  ],
  [['get', 'pods', '-A'], [{ verb: 'list', apiGroup: '', resource: 'pods' }]],
  [['get', 'nodes'], [{ verb: 'list', apiGroup: '', resource: 'nodes' }]],
])('kubectl %j', async (args, calls) => {
  const done = await kubectl(it.binaries, it.cluster.adminKubeconfig, [...args, `--as=${user}`]);
  expect(done.code).toBe(1);
  expect(readForbidden(done.stderr), done.stderr).toEqual({ calls, paths: [] });
});

test('kubectl --raw of a path', async () => {
  const done = await kubectl(it.binaries, it.cluster.adminKubeconfig, [
    'get',
    '--raw',
    '/metrics',
    `--as=${user}`,
  ]);
  expect(readForbidden(done.stderr), done.stderr).toEqual({ calls: [], paths: ['/metrics'] });
});
