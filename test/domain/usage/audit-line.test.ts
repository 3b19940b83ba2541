import { describe, expect, it } from 'vitest';
import { parseAuditLine } from '#domain/usage/audit-line.ts';
import { lineText, parsed, type Sample, sample } from './lines.ts';

describe('a line of the audit log', () => {
  it('is read as the API server wrote it', () => {
    expect(parsed(sample('exec-started'))).toEqual({
      auditId: 'e93bfd3a-d5e7-4fab-b539-b1bd6592b7ee',
      stage: 'ResponseStarted',
      receivedAt: '2026-11-21T09:09:13.830Z',
      at: '2026-11-21T09:09:13.839Z',
      verb: 'create',
      username: 'jit:alice',
      groups: ['jit:engineers', 'system:authenticated'],
      address: '127.0.0.1',
      object: { group: '', resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'web1' },
      command: 'sh',
      code: 101,
      allowed: true,
      reason: 'RBAC: allowed by RoleBinding "surv/payments" of ClusterRole "edit" to User "jit:alice"',
    });
    expect(parsed(sample('impersonated-token-mint'))).toMatchObject({
      username: 'jit:alice',
      as: 'system:serviceaccount:payments:deployer',
      agent: 'kubectl/v0.0.0 (linux/amd64) kubernetes/$Format',
      credential: 'JTI=934f9439-8edd-4e8f-8f79-1576143328f0',
    });
    expect(parsed(sample('denied-secret-get'))).toMatchObject({ allowed: false, code: 403, reason: '' });
  });

  it.for<Sample>([
    'allowed-list',
    'allowed-secret-get',
    'vap-denied-create',
    'watch-complete',
    'watch-started',
    'exec-complete',
  ])('is read: %s', (name) => {
    expect(parsed(sample(name)).auditId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('keeps all words of a command, and bounds them', () => {
    const uri = (command: string) => ({
      requestURI: `/api/v1/namespaces/payments/pods/web1/exec?${command}&container=c`,
    });
    expect(parsed(lineText('exec-started', uri('command=cat&command=%2Fetc%2Fpasswd'))).command).toBe(
      'cat /etc/passwd',
    );
    expect(parsed(lineText('exec-started', uri(`command=${'x'.repeat(5000)}`))).command).toHaveLength(200);
  });

  it('can forge no lines where it is shown, whatever the caller called themselves', () => {
    const agent = 'kubectl\n2026-11-21 allowed\u001b[31m\u202e';
    expect(parsed(lineText('allowed-list', { userAgent: agent })).agent).toBe(
      'kubectl?2026-11-21 allowed?[31m?',
    );
    expect(parsed(lineText('exec-started', { requestURI: '/x?command=a%0Ab' })).command).toBe('a?b');
  });

  it('of another log is told apart from one that can not be read', () => {
    expect(parseAuditLine('time="2026-11-21T09:00:00Z" level=info msg="access granted"')).toBe('other');
    expect(parseAuditLine('{"level":"info"}')).toBe('other');
    expect(parseAuditLine('null')).toBe('other');
    expect(parseAuditLine(sample('allowed-list').slice(0, 300))).toBe('broken');
    expect(parseAuditLine(lineText('allowed-list', { stageTimestamp: 'yesterday' }))).toBe('broken');
    expect(parseAuditLine(lineText('allowed-list', { auditID: 'a b' }))).toBe('broken');
  });
});
