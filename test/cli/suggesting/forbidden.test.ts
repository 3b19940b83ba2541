/** What kubectl says of a refusal, read: the messages are a real API server's. */
import { describe, expect, it } from 'vitest';
import { readForbidden } from '../../../cli/suggesting/forbidden.ts';

const user = 'curfew:111122223333:AWSReservedSSO_Developer_0123456789abcdef:alice@example.com';
const pods = { verb: 'list', apiGroup: '', resource: 'pods', namespace: 'payments' };

describe('a message of kubectl', () => {
  it.each([
    [
      'a list',
      `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "payments"`,
      [pods],
    ],
    [
      'one object',
      `Error from server (Forbidden): pods "web-1" is forbidden: User "${user}" cannot get resource "pods" in API group "" in the namespace "payments"`,
      [{ ...pods, verb: 'get', name: 'web-1' }],
    ],
    [
      'one object that is called as its kind',
      `Error from server (Forbidden): pods "pods" is forbidden: User "${user}" cannot get resource "pods" in API group "" in the namespace "payments"`,
      [{ ...pods, verb: 'get', name: 'pods' }],
    ],
    [
      'another API group',
      `Error from server (Forbidden): deployments.apps "web" is forbidden: User "${user}" cannot patch resource "deployments" in API group "apps" in the namespace "payments"`,
      [{ verb: 'patch', apiGroup: 'apps', resource: 'deployments', name: 'web', namespace: 'payments' }],
    ],
    [
      'a list of another API group',
      `Error from server (Forbidden): ingresses.networking.k8s.io is forbidden: User "${user}" cannot list resource "ingresses" in API group "networking.k8s.io" in the namespace "payments"`,
      [{ verb: 'list', apiGroup: 'networking.k8s.io', resource: 'ingresses', namespace: 'payments' }],
    ],
    [
      'a subresource',
      `Error from server (Forbidden): pods "web-1" is forbidden: User "${user}" cannot create resource "pods/exec" in API group "" in the namespace "payments"`,
      [{ verb: 'create', apiGroup: '', resource: 'pods/exec', name: 'web-1', namespace: 'payments' }],
    ],
    [
      'all namespaces, or the whole cluster',
      `Error from server (Forbidden): nodes is forbidden: User "${user}" cannot list resource "nodes" in API group "" at the cluster scope`,
      [{ verb: 'list', apiGroup: '', resource: 'nodes' }],
    ],
    [
      'a file that is applied',
      `Error from server (Forbidden): error when creating "web.yaml": deployments.apps is forbidden: User "${user}" cannot create resource "deployments" in API group "apps" in the namespace "payments"`,
      [{ verb: 'create', apiGroup: 'apps', resource: 'deployments', namespace: 'payments' }],
    ],
    [
      'a role that is missing, told behind it',
      `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "payments": RBAC: clusterrole.rbac.authorization.k8s.io "gone" not found`,
      [pods],
    ],
    [
      'several at once, each once',
      [
        `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "payments"`,
        `Error from server (Forbidden): services is forbidden: User "${user}" cannot list resource "services" in API group "" in the namespace "payments"`,
        `Error from server (Forbidden): pods is forbidden: User "${user}" cannot list resource "pods" in API group "" in the namespace "payments"`,
      ].join('\n'),
      [pods, { ...pods, resource: 'services' }],
    ],
    [
      'wrapped by a terminal',
      `Error from server (Forbidden): pods is forbidden: User "${user}"\n   cannot list resource "pods" in API group "" in\nthe namespace "payments"\n`,
      [pods],
    ],
    [
      'a Status object',
      `{"kind":"Status","status":"Failure","message":"pods is forbidden: User \\"${user}\\" cannot list resource \\"pods\\" in API group \\"\\" in the namespace \\"payments\\"","reason":"Forbidden","code":403}`,
      [pods],
    ],
    [
      'quotes that a shell took away',
      `Error from server (Forbidden): pods is forbidden: User ${user} cannot list resource pods in API group  in the namespace payments`,
      [pods],
    ],
    [
      'quotes that a shell took away, of one object',
      `deployments.apps web is forbidden: User ${user} cannot patch resource deployments in API group apps in the namespace payments`,
      [{ verb: 'patch', apiGroup: 'apps', resource: 'deployments', name: 'web', namespace: 'payments' }],
    ],
  ])('is read: %s', (_, text, calls) => {
    expect(readForbidden(text)).toEqual({ calls, paths: [] });
  });

  it('tells paths from resources', () => {
    const text = `Error from server (Forbidden): forbidden: User "${user}" cannot get path "/metrics"`;
    expect(readForbidden(text)).toEqual({ calls: [], paths: ['/metrics'] });
  });

  it.each([
    '',
    'error: You must be logged in to the server (Unauthorized)',
    'pods "web" not found',
    'x'.repeat(100_000),
    'User "'.repeat(20_000),
    '"x" is forbidden: '.repeat(5_000),
  ])('of another kind says nothing: %.40j', (text) => {
    expect(readForbidden(text)).toEqual({ calls: [], paths: [] });
  });
});
