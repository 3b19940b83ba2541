/** Who calls and who gets access: IAM role sessions, and the person behind one where its name can be trusted. */
import { digestOf } from './digest.ts';
import { type People, personOf } from './people.ts';
import type { Workload } from './workload.ts';

/** An IAM role, by its canonical ARN (with path) and unique id. */
export interface Principal {
  arn: string;
  account: string;
  roleName: string;
  /** `AROA...`: differs when a role is deleted and made again under the same ARN. */
  roleId: string;
}

/** A verified caller of the API: the signed identity, never a field of a body. */
export interface Caller {
  principal: Principal;
  /** As chosen at sts:AssumeRole; says who it is only when `person` is set. */
  sessionName: string;
  /** Main name of the person, only when the identity provider controls the session name. */
  person?: string;
  /** The CI job or agent that its token shows it to be; never of a person. */
  workload?: Workload;
  /** Where the call came from: the /24 or /48 of its address. */
  network?: string;
}

/** Who gets access on the cluster, as the RoleBinding names it. */
export interface KnownSubject {
  principalArn: string;
  roleId: string;
  /** `person`: a User of one session name. `principal`: the Group of everyone in the role. */
  kind: 'person' | 'principal';
  /** Raw session name; only for kind `person`. */
  sessionName?: string;
  kubernetes: { kind: 'User' | 'Group'; name: string };
}

/** Somebody who is known by name only until they have claimed it: no principal, so that nothing can be granted. */
export interface UnclaimedSubject {
  kind: 'unclaimed';
  person: string;
}

export type Subject = KnownSubject | UnclaimedSubject;

const assumedRoleArn = /^arn:(aws[\w-]*):sts::(\d{12}):assumed-role\/([\w+=,.@-]{1,64})\/([\w+=,.@-]{2,64})$/;

/** Parts of `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`, or undefined for anything else (IAM users, root). */
export function parseSessionArn(
  arn: string,
): { account: string; roleName: string; sessionName: string } | undefined {
  const match = assumedRoleArn.exec(arn);
  if (!match) return undefined;
  const [, , account = '', roleName = '', sessionName = ''] = match;
  return { account, roleName, sessionName };
}

const identityCenterPath = /^arn:aws[\w-]*:iam::\d{12}:role\/aws-reserved\/sso\.amazonaws\.com\//;

/** IAM Identity Center makes the session name; other roles only when the catalog lists them. */
export function sessionNameIsTrusted(principalArn: string, trustedRoles: readonly string[]): boolean {
  return identityCenterPath.test(principalArn) || trustedRoles.includes(principalArn);
}

/** What the catalog says about identities. */
interface Known {
  trustedSessionNames: readonly string[];
  people: People;
}

export function callerOf(
  principal: Principal,
  sessionName: string,
  { trustedSessionNames, people }: Known,
): Caller {
  return sessionNameIsTrusted(principal.arn, trustedSessionNames)
    ? { principal, sessionName, person: personOf(people, sessionName) }
    : { principal, sessionName };
}

/** Stable name of a caller for keys and audit: the person, the workload, else the whole session. */
export function callerKey(caller: Caller): string {
  if (caller.workload) return `workload:${caller.workload.name}`;
  return caller.person ?? `${caller.principal.arn}/${caller.sessionName}`;
}

/** Username prefix of everyone in a role; EKS renders `{{SessionNameRaw}}` behind it. */
export function usernamePrefix(principal: { arn: string; account: string; roleName: string }): string {
  return `curfew:${principal.account}:${principal.roleName}:`;
}

/** Group of everyone in a role; the hash keeps two roles of one name in different paths apart. */
export function principalGroup(principalArn: string): string {
  return `curfew:principal:${digestOf(principalArn).slice(0, 32)}`;
}

export function subjectOf(caller: Caller): KnownSubject {
  const base = { principalArn: caller.principal.arn, roleId: caller.principal.roleId };
  if (caller.person === undefined) {
    return {
      ...base,
      kind: 'principal',
      kubernetes: { kind: 'Group', name: principalGroup(caller.principal.arn) },
    };
  }
  const name = usernamePrefix(caller.principal) + caller.sessionName;
  return { ...base, kind: 'person', sessionName: caller.sessionName, kubernetes: { kind: 'User', name } };
}
