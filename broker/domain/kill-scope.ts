/** What a kill switch covers: one person, one IAM role, one cluster, or everything; by record and by what stands on a cluster. */
import { digestOf } from './digest.ts';
import { clusterName, type EksCluster } from './eks-cluster.ts';
import { KillSwitchOn } from './errors.ts';
import { principalGroup } from './identity.ts';
import type { LiveGrant } from './live-grant.ts';
import { canonicalPerson } from './people.ts';
import type { StandingGrant } from './plan.ts';
import type { AccessRequest } from './request.ts';

/** `cluster` is `<region>/<name in EKS>`. */
export type KillScope = { kind: 'person' | 'principal' | 'cluster'; value: string } | { kind: 'everything' };

/** One text per scope. A role is its account and name: no two roles of an account share a name, whatever path or case. */
export function scopeKey(scope: KillScope): string {
  switch (scope.kind) {
    case 'everything':
      return 'everything';
    case 'principal':
      return `principal#${roleOf(scope.value)}`;
    default:
      return `${scope.kind}#${scope.value}`;
  }
}

function roleOf(arn: string): string {
  const [, , , , account = '', path = ''] = arn.split(':');
  return `${account}:${path.slice(path.lastIndexOf('/') + 1)}`.toLowerCase();
}

export function scopeInWords(scope: KillScope): string {
  return scope.kind === 'everything' ? 'everything' : `${scope.kind} ${scope.value}`;
}

/** A switch that is on, as whoever meets it has to know it. */
export interface KillSwitch {
  /** Id of its order. */
  id: string;
  scope: KillScope;
  reason: string;
}

export function killSwitchOn({ id, scope, reason }: KillSwitch): KillSwitchOn {
  return new KillSwitchOn(`the kill switch for ${scopeInWords(scope)} is on: ${reason}`, {
    details: { killId: id, scope },
  });
}

interface Named {
  principalArn: string;
  sessionName: string;
  eksCluster: EksCluster;
}

/**
 * The scopes of a request: while any of them is on, it can't be opened. A person is matched by their session name
 * also where nobody vouches for it: who calls themselves so is stopped too.
 */
export function scopesOf({
  requester,
  subject,
  resolved,
}: Pick<AccessRequest, 'requester' | 'subject' | 'resolved'>): KillScope[] {
  // Who is stopped has nothing done in their name either, and can't claim what others asked for them.
  const names = [
    requester.sessionName,
    requester.workload?.actsFor,
    requester.askedBy && requester.person,
  ].filter((name) => name !== undefined);
  return [
    { kind: 'everything' },
    { kind: 'cluster', value: clusterName(resolved.eksCluster) },
    ...(subject.kind === 'unclaimed' ? [] : [{ kind: 'principal' as const, value: subject.principalArn }]),
    ...[...new Set(names.map(canonicalPerson))].map((value) => ({ kind: 'person' as const, value })),
  ];
}

function scopesOfNamed({ principalArn, sessionName, eksCluster }: Named): KillScope[] {
  return [
    { kind: 'everything' },
    { kind: 'cluster', value: clusterName(eksCluster) },
    { kind: 'principal', value: principalArn },
    { kind: 'person', value: canonicalPerson(sessionName) },
  ];
}

const among = (scope: KillScope, scopes: readonly KillScope[]): boolean =>
  scopes.some((one) => scopeKey(one) === scopeKey(scope));

export function coversRequest(scope: KillScope, request: AccessRequest): boolean {
  return among(scope, scopesOf(request));
}

export function coversLive(scope: KillScope, { requester, subject, eksCluster }: LiveGrant): boolean {
  const { principalArn, person } = subject;
  const sessionName = person ?? requester.slice(`${principalArn}/`.length);
  return among(scope, scopesOfNamed({ principalArn, sessionName, eksCluster }));
}

/** By what the RoleBinding itself gives and to whom, whatever any record says. */
export function coversStanding(
  scope: KillScope,
  { subjects }: Pick<StandingGrant, 'subjects'>,
  on: EksCluster,
): boolean {
  switch (scope.kind) {
    case 'everything':
      return true;
    case 'cluster':
      return scope.value === clusterName(on);
    case 'principal':
      return subjects.some(
        ({ kind, name }) =>
          (kind === 'Group' && name === principalGroup(scope.value)) ||
          (kind === 'User' && userIn(name)?.role === roleOf(scope.value)),
      );
    case 'person':
      return subjects.some(({ kind, name }) => kind === 'User' && userIn(name)?.person === scope.value);
  }
}

/** The parts of a username as our access entries make them; undefined for any other. */
function userIn(username: string): { role: string; person: string } | undefined {
  const [prefix, account = '', roleName = '', ...session] = username.split(':');
  if (prefix !== 'curfew' || session.length === 0) return undefined;
  return { role: `${account}:${roleName}`.toLowerCase(), person: canonicalPerson(session.join(':')) };
}

/** Fits a key. */
export const scopeHash = (scope: KillScope): string => digestOf(scopeKey(scope)).slice(0, 40);
