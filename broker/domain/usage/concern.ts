/** What of a cluster's audit log is of concern: use of grants, and standing privilege in use beside them. */
import { ownNamespace } from '../namespaces.ts';
import { allowerOf, requestIdOfName, requestIdOfObject } from './attribute.ts';
import type { AuditLine } from './audit-line.ts';

export const usageLevels = ['grants', 'privilege', 'all'] as const;
/** `grants`: of people with access through Curfew, and of its objects. `privilege`: standing privilege in use, too. `all`: every line. */
export type UsageLevel = (typeof usageLevels)[number];

export type Privilege = 'rbac-write' | 'token' | 'secret-read' | 'certificate';
export type Concern = 'grant' | Privilege;

/** Users of Kubernetes and EKS themselves, which do all this all the time. */
const systemUsers = [
  'system:apiserver',
  'system:kube-controller-manager',
  'system:kube-scheduler',
  'system:cloud-controller-manager',
  'system:kube-proxy',
  'system:node:',
  'system:serviceaccount:kube-system:',
  'eks:',
];

const isSystem = (username: string) => systemUsers.some((known) => username.startsWith(known));

/** Curfew's own functions, and its janitor. */
export const isBroker = (username: string): boolean =>
  username.startsWith(`${ownNamespace}:`) || username.startsWith(`system:serviceaccount:${ownNamespace}:`);

/** People who come through an access entry of ours. */
export const isOurs = (username: string): boolean => username.startsWith('curfew:');

const writing: readonly string[] = ['create', 'update', 'patch', 'delete', 'deletecollection'];
const reading: readonly string[] = ['get', 'list', 'watch'];
const writes = (verb: string) => writing.includes(verb);

/** Questions that change nothing, and that `kubectl` and `curfew` ask all the time. */
const questions: readonly string[] = ['authorization.k8s.io', 'authentication.k8s.io'];

/** Undefined for what is of no concern: what the cluster does for itself, and what nobody could misuse. */
export function concernOf(line: AuditLine): Concern | undefined {
  const { object, username } = line;
  if (line.stage === 'RequestReceived') return undefined;
  if (requestIdOfObject(line) !== undefined && writes(line.verb)) return 'grant';
  if (!object || questions.includes(object.group)) return undefined;
  if (isOurs(username) || requestIdOfName(allowerOf(line)?.name) !== undefined) return 'grant';
  return line.allowed && !isSystem(username) ? privilegeOf(line) : undefined;
}

/** What a request is that can give access, or shows what gives it. */
export function privilegeOf({ verb, object }: Pick<AuditLine, 'verb' | 'object'>): Privilege | undefined {
  if (object === undefined) return undefined;
  const { group, resource, subresource } = object;
  if (group === 'rbac.authorization.k8s.io' && writes(verb)) return 'rbac-write';
  if (group === '' && resource === 'serviceaccounts' && subresource === 'token' && verb === 'create')
    return 'token';
  if (group === '' && resource === 'secrets' && reading.includes(verb)) return 'secret-read';
  if (group === 'certificates.k8s.io' && writes(verb)) return 'certificate';
  return undefined;
}

/** Whether a level keeps a line in the locked bucket. */
export function isKept(level: UsageLevel, concern: Concern | undefined): boolean {
  if (level === 'all') return true;
  if (concern === undefined) return false;
  return level === 'privilege' || concern === 'grant';
}
