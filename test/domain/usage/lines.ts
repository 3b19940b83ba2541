/** Lines of a real API server's audit log (Kubernetes 1.36.3), as recorded or with names and times of one's own. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { type AuditLine, parseAuditLine } from '#domain/usage/audit-line.ts';

export type Sample =
  | 'allowed-list'
  | 'allowed-secret-get'
  | 'denied-secret-get'
  | 'exec-started'
  | 'exec-complete'
  | 'impersonated-token-mint'
  | 'vap-denied-create'
  | 'watch-started'
  | 'watch-complete';

/** As it was recorded. */
export function sample(name: Sample): string {
  return JSON.stringify(JSON.parse(readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8')));
}

export const requestId = '01KAJ000000000000000000017';
export const binding = `curfew-${requestId.toLowerCase()}`;
export const alice = 'curfew:111122223333:Developer:alice@example.com';

/** The sample as it would be of a person with a grant; `changes` go over its fields, those of `objectRef` over what it has. */
export function lineText(name: Sample, changes: Record<string, unknown> = {}): string {
  const text = sample(name)
    .replaceAll('jit:alice', alice)
    .replaceAll(/\b(surv|lst)\/payments/g, `${binding}/payments`);
  const value = JSON.parse(text);
  const { objectRef, ...rest } = changes;
  return JSON.stringify({
    ...value,
    ...rest,
    ...(objectRef === undefined ? {} : { objectRef: { ...value.objectRef, ...(objectRef as object) } }),
  });
}

export function line(name: Sample, changes: Record<string, unknown> = {}): AuditLine {
  return parsed(lineText(name, changes));
}

export function parsed(text: string): AuditLine {
  const found = parseAuditLine(text);
  if (typeof found === 'string') expect.fail(`The line is ${found}: ${text}`);
  return found;
}

/** The RoleBinding of the grant being made or deleted by one of Curfew's legs. */
export function bindingLine(verb: 'create' | 'delete', changes: Record<string, unknown> = {}): string {
  return lineText('vap-denied-create', {
    auditID: `binding-${verb}`,
    verb,
    user: { username: `curfew-system:${verb === 'create' ? 'bind' : 'unbind'}-role`, groups: [] },
    responseStatus: { code: verb === 'create' ? 201 : 200 },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason':
        'RBAC: allowed by ClusterRoleBinding "curfew-system:unbind-role" of ClusterRole "curfew-system:unbind-role" to User "curfew-system:unbind-role"',
    },
    objectRef: { name: binding },
    ...changes,
  });
}
