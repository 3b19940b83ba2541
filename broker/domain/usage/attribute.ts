/** Which grant a line of the audit log belongs to: by the authorizer's own word, else by person and time; never by a guess. */
import { after, type Instant } from '../instant.ts';
import type { AuditLine } from './audit-line.ts';

/** From when to when somebody had a grant. */
export interface GrantSpan {
  requestId: string;
  /** As its RoleBinding names who has it. */
  subject: { kind: 'User' | 'Group'; name: string };
  namespaces: string[];
  from: Instant;
  to: Instant;
}

export type Attribution =
  /** The authorizer names the RoleBinding that allowed it. */
  | { how: 'authorizer'; requestId: string }
  /** It is about the RoleBinding, or the Role, of that grant. */
  | { how: 'object'; requestId: string }
  /** Whoever did it had that one grant then. */
  | { how: 'time'; requestId: string }
  /** Whoever did it had several. */
  | { how: 'several'; requestIds: string[] }
  | { how: 'none' };

const ofGrant = /^curfew-([0-7][0-9a-hjkmnp-tv-z]{25})$/;

/** The request that a RoleBinding or Role of this name is of. */
export function requestIdOfName(name: string | undefined): string | undefined {
  return ofGrant.exec(name ?? '')?.[1]?.toUpperCase();
}

/** `RBAC: allowed by RoleBinding "<name>/<namespace>" of ...`: the text is the authorizer's, and begins with this. */
const allowedBy = /^RBAC: allowed by (RoleBinding|ClusterRoleBinding) "([^"/]+)(?:\/([^"]*))?"/;

export interface Allower {
  kind: 'RoleBinding' | 'ClusterRoleBinding';
  name: string;
  namespace?: string;
}

export function allowerOf({ reason, allowed }: Pick<AuditLine, 'reason' | 'allowed'>): Allower | undefined {
  const [, kind, name, namespace] = allowed ? (allowedBy.exec(reason) ?? []) : [];
  if (name === undefined) return undefined;
  return kind === 'RoleBinding'
    ? { kind, name, ...(namespace === undefined ? {} : { namespace }) }
    : { kind: 'ClusterRoleBinding', name };
}

/** Clocks of API servers and ours differ, and a request may be on its way while its grant ends. */
const slackMs = 5_000;

const rbac = 'rbac.authorization.k8s.io';
const ownKinds = ['rolebindings', 'roles'];

/** The request whose RoleBinding or Role a line is about, whoever touches it. */
export function requestIdOfObject({ object }: Pick<AuditLine, 'object'>): string | undefined {
  return object?.group === rbac && ownKinds.includes(object.resource)
    ? requestIdOfName(object.name)
    : undefined;
}

/** `spans`: of everybody who had a grant on the line's cluster around then. */
export function attribute(line: AuditLine, spans: readonly GrantSpan[]): Attribution {
  const allower = allowerOf(line);
  const named = allower?.kind === 'RoleBinding' ? requestIdOfName(allower.name) : undefined;
  if (named !== undefined) return { how: 'authorizer', requestId: named };
  const about = requestIdOfObject(line);
  if (about !== undefined) return { how: 'object', requestId: about };
  const theirs = spans.filter(
    (span) =>
      has(span, line) &&
      after(span.from, -slackMs) <= line.receivedAt &&
      line.receivedAt <= after(span.to, slackMs),
  );
  const place = line.object?.namespace;
  const there = theirs.filter(({ namespaces }) => place !== undefined && namespaces.includes(place));
  const ids = (there.length > 0 ? there : theirs).map(({ requestId }) => requestId).sort();
  const [only, ...others] = ids;
  if (only === undefined) return { how: 'none' };
  return others.length === 0 ? { how: 'time', requestId: only } : { how: 'several', requestIds: ids };
}

/** Whether a line is of whom a grant was given to. */
export function has(
  { subject }: Pick<GrantSpan, 'subject'>,
  line: Pick<AuditLine, 'username' | 'groups'>,
): boolean {
  return subject.kind === 'User' ? line.username === subject.name : line.groups.includes(subject.name);
}
