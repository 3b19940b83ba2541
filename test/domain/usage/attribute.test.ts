import { describe, expect, it } from 'vitest';
import { attribute, type GrantSpan } from '#domain/usage/attribute.ts';
import { concernOf, isKept } from '#domain/usage/concern.ts';
import { alice, binding, bindingLine, line, parsed, requestId } from './lines.ts';

const other = '01KAJ000000000000000000018';
const span = (changes: Partial<GrantSpan> = {}): GrantSpan => ({
  requestId,
  subject: { kind: 'User', name: alice },
  namespaces: ['payments'],
  from: '2026-11-21T09:00:00.000Z',
  to: '2026-11-21T09:30:00.000Z',
  ...changes,
});

describe('the grant of a line', () => {
  it('is the one whose RoleBinding the authorizer names, whatever else the person has', () => {
    const spans = [span({ requestId: other }), span()];
    expect(attribute(line('allowed-secret-get'), spans)).toEqual({ how: 'authorizer', requestId });
    expect(attribute(line('allowed-secret-get'), [])).toEqual({ how: 'authorizer', requestId });
  });

  it('is never taken from words of a caller: only from what the authorizer says by itself', () => {
    for (const reason of [
      `webhook: RBAC: allowed by RoleBinding "${binding}/payments" of ClusterRole "view" to User "x"`,
      `RBAC: allowed by ClusterRoleBinding "${binding}" of ClusterRole "view" to User "x"`,
      `RBAC: allowed by RoleBinding "x-${binding}/payments" of ClusterRole "view" to User "x"`,
    ]) {
      const annotations = { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': reason };
      expect(attribute(line('allowed-list', { annotations }), []).how).toBe('none');
    }
    const refused = {
      'authorization.k8s.io/decision': 'forbid',
      'authorization.k8s.io/reason': `RBAC: allowed by RoleBinding "${binding}/payments"`,
    };
    expect(attribute(line('allowed-list', { annotations: refused }), []).how).toBe('none');
  });

  it('is by person and time where the authorizer names none, and by place among several', () => {
    const denied = line('denied-secret-get');
    expect(attribute(denied, [span()])).toEqual({ how: 'time', requestId });
    const elsewhere = span({ requestId: other, namespaces: ['search'] });
    expect(attribute(denied, [span(), elsewhere])).toEqual({ how: 'time', requestId });
  });

  it('is said to be one of several where it can not be told', () => {
    expect(attribute(line('denied-secret-get'), [span({ requestId: other }), span()])).toEqual({
      how: 'several',
      requestIds: [requestId, other],
    });
  });

  it.for<[string, Partial<GrantSpan>]>([
    ['of somebody else', { subject: { kind: 'User', name: `${alice}x` } }],
    ['of a group that the person is not in', { subject: { kind: 'Group', name: 'curfew:principal:1' } }],
    ['that was over before', { to: '2026-11-21T09:09:10.000Z' }],
    ['that began afterwards', { from: '2026-11-21T09:09:21.000Z' }],
  ])('is not one %s', ([, changes]) => {
    expect(attribute(line('denied-secret-get'), [span(changes)])).toEqual({ how: 'none' });
  });

  it('is that of everybody in a role where the session name proves nothing', () => {
    const subject = { kind: 'Group', name: 'jit:engineers' } as const;
    expect(attribute(line('denied-secret-get'), [span({ subject })])).toEqual({ how: 'time', requestId });
  });

  it('is the one whose RoleBinding somebody made, changed or deleted', () => {
    expect(attribute(parsed(bindingLine('delete')), [])).toEqual({ how: 'object', requestId });
  });
});

describe('what is of concern', () => {
  const admin = (changes: Record<string, unknown> = {}) => ({
    user: { username: 'kubernetes-admin', groups: ['system:masters'] },
    annotations: { 'authorization.k8s.io/decision': 'allow', 'authorization.k8s.io/reason': '' },
    ...changes,
  });
  const handMade = (changes: Record<string, unknown> = {}) =>
    parsed(bindingLine('create', admin({ objectRef: { name: 'handmade' }, ...changes })));

  it('is everything that people with access through Curfew do, allowed or refused', () => {
    expect(concernOf(line('allowed-list'))).toBe('grant');
    expect(concernOf(line('denied-secret-get'))).toBe('grant');
    expect(concernOf(parsed(bindingLine('delete')))).toBe('grant');
  });

  it('is standing privilege in use by anybody but the system', () => {
    expect(concernOf(handMade())).toBe('rbac-write');
    expect(concernOf(line('allowed-secret-get', admin()))).toBe('secret-read');
    expect(concernOf(line('impersonated-token-mint', admin()))).toBe('token');
    expect(concernOf(line('allowed-list', admin()))).toBeUndefined();
    expect(concernOf(line('denied-secret-get', { user: { username: 'x' } }))).toBeUndefined();
    for (const username of [
      'system:node:ip-10-0-0-1',
      'eks:certificate-controller',
      'system:serviceaccount:kube-system:x',
    ])
      expect(concernOf(line('allowed-secret-get', admin({ user: { username } })))).toBeUndefined();
    for (const username of ['system:anonymous', 'system:serviceaccount:payments:deployer', 'system:admin'])
      expect(concernOf(line('allowed-secret-get', admin({ user: { username } })))).toBe('secret-read');
  });

  it('is not that a person asks what they may do', () => {
    const objectRef = {
      group: 'authorization.k8s.io',
      apiGroup: 'authorization.k8s.io',
      resource: 'selfsubjectaccessreviews',
    };
    expect(concernOf(line('allowed-list', { objectRef }))).toBeUndefined();
  });

  it('is kept by its level', () => {
    const kept = (concern: Parameters<typeof isKept>[1]) =>
      (['grants', 'privilege', 'all'] as const).filter((level) => isKept(level, concern));
    expect(kept('grant')).toEqual(['grants', 'privilege', 'all']);
    expect(kept('secret-read')).toEqual(['privilege', 'all']);
    expect(kept(undefined)).toEqual(['all']);
  });
});
