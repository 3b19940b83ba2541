/** What outlives a grant: what was begun under it and goes on, and what was made with it that can carry access on. */
import type { Instant } from '../instant.ts';
import { type Act, streamOf, worked } from './act.ts';
import type { Usage } from './usage.ts';

export type Severity = 'high' | 'medium' | 'low';

export interface Residual {
  auditId: string;
  at: Instant;
  /** Such as `exec`, `token`, `pod`. */
  kind: string;
  severity: Severity;
  /** In words: what it is, where, and why it matters. */
  what: string;
}

/** What can carry access on, once made; by group and resource. */
const made: Readonly<Record<string, { kind: string; severity: Severity; verbs: readonly string[] }>> = {
  '/serviceaccounts/token': { kind: 'token', severity: 'high', verbs: ['create'] },
  '/serviceaccounts': { kind: 'service account', severity: 'medium', verbs: ['create'] },
  '/secrets': { kind: 'secret', severity: 'medium', verbs: ['create'] },
  '/pods': { kind: 'pod', severity: 'medium', verbs: ['create'] },
  '/pods/ephemeralcontainers': { kind: 'debug container', severity: 'high', verbs: ['update', 'patch'] },
  'rbac.authorization.k8s.io/rolebindings': binding(),
  'rbac.authorization.k8s.io/clusterrolebindings': binding(),
  'rbac.authorization.k8s.io/roles': binding('role'),
  'rbac.authorization.k8s.io/clusterroles': binding('role'),
  'certificates.k8s.io/certificatesigningrequests': {
    kind: 'certificate request',
    severity: 'high',
    verbs: ['create'],
  },
  'batch/cronjobs': workload('CronJob'),
  'batch/jobs': workload('Job'),
  'apps/deployments': workload('Deployment'),
  'apps/daemonsets': workload('DaemonSet'),
  'apps/statefulsets': workload('StatefulSet'),
};

function binding(kind = 'binding') {
  return { kind, severity: 'high' as const, verbs: ['create', 'update', 'patch'] };
}
function workload(kind: string) {
  return { kind, severity: 'medium' as const, verbs: ['create'] };
}

const order: readonly Severity[] = ['high', 'medium', 'low'];

/** As of `end`, by when access was to be over. The worst first. */
export function residualOf({ acts }: Pick<Usage, 'acts'>, end: Instant): Residual[] {
  return acts
    .filter((act) => worked(act) && act.receivedAt <= end)
    .flatMap((act) => openOf(act, end) ?? madeBy(act, acts) ?? [])
    .sort(
      (a, b) =>
        order.indexOf(a.severity) - order.indexOf(b.severity) ||
        (`${a.at}${a.auditId}` < `${b.at}${b.auditId}` ? -1 : 1),
    );
}

/** What had begun and had not ended by then, as far as the log told. */
function openOf(act: Act, end: Instant): Residual | undefined {
  const kind = streamOf(act);
  if (kind === undefined || act.startedAt === undefined) return undefined;
  if (act.endedAt !== undefined && act.endedAt <= end) return undefined;
  const { object } = act;
  const isHigh = kind !== 'log' && (kind !== 'watch' || object?.resource === 'secrets');
  const until = act.endedAt === undefined ? 'was not seen to end' : `ended at ${act.endedAt}`;
  return {
    auditId: act.id,
    at: act.startedAt,
    kind,
    severity: isHigh ? 'high' : 'low',
    what: `${kind} of ${placeOf(act)}, begun at ${act.startedAt}, ${until}`,
  };
}

function madeBy(act: Act, all: readonly Act[]): Residual | undefined {
  const { object, verb } = act;
  if (object === undefined) return undefined;
  const { group, resource, subresource } = object;
  const found = made[`${group}/${resource}${subresource === undefined ? '' : `/${subresource}`}`];
  if (!found?.verbs.includes(verb) || isDeleted(act, all)) return undefined;
  const { kind, severity } = found;
  const credential = act.credential === undefined ? '' : ` (${act.credential})`;
  const as = act.as === undefined ? '' : `, acting as ${act.as}`;
  const what = `${kind} ${verb === 'create' ? 'made' : 'changed'}: ${placeOf(act)}${credential}${as}`;
  return { auditId: act.id, at: act.receivedAt, kind, severity, what };
}

/** Taken away again under the same grant. A token outlives nothing but its service account. */
function isDeleted({ object, receivedAt }: Act, all: readonly Act[]): boolean {
  return (
    object?.name !== undefined &&
    all.some(
      (other) =>
        other.verb === 'delete' &&
        worked(other) &&
        other.receivedAt >= receivedAt &&
        other.object?.subresource === undefined &&
        other.object?.group === object.group &&
        other.object.resource === object.resource &&
        other.object.namespace === object.namespace &&
        other.object.name === object.name,
    )
  );
}

/** `pods/web-1 in payments`. */
export function placeOf({ object }: Pick<Act, 'object'>): string {
  if (object === undefined) return 'no resource';
  const { resource, subresource, name, namespace } = object;
  const path = [resource, name, subresource].filter((part) => part !== undefined).join('/');
  return namespace === undefined ? path : `${path} in ${namespace}`;
}
