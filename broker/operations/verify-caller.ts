/** Turns the identity that API Gateway verified into a Caller: role with path and id, person where that can be trusted. */
import { IdentityRefused } from '#domain/errors.ts';
import { type Caller, callerOf, parseSessionArn } from '#domain/identity.ts';
import type { World } from '#ports';
import { verifyWorkload } from './verify-workload.ts';

export interface SignedIdentity {
  /** `arn:aws:sts::ACCOUNT:assumed-role/ROLE/SESSION`. */
  userArn: string;
  /** `AROA...:SESSION`: ties the session to this very role, not to one made anew under its name. */
  callerId: string;
  /** Where the call came from: the /24 or /48 of its address. */
  network?: string;
  /** Of the job that calls, as its header has it: a credential, which is kept nowhere and repeated nowhere. */
  token?: string;
}

/** Throws IdentityRefused for IAM users, root, other accounts' roles, a role that isn't the one that signed, and a job's role without its token. */
export async function verifyCaller(
  world: Pick<World, 'identities' | 'identityTokens' | 'catalog'>,
  { userArn, callerId, network, token }: SignedIdentity,
): Promise<Caller> {
  const session = parseSessionArn(userArn);
  if (!session) {
    throw new IdentityRefused(
      'Sign in with an IAM role (IAM Identity Center or sts:AssumeRole); IAM users and root get no access.',
    );
  }
  const principal = await world.identities.role(session.account, session.roleName);
  if (callerId !== `${principal.roleId}:${session.sessionName}`) {
    throw new IdentityRefused(
      `The session is not of the role that is called ${session.roleName} now. Sign in again.`,
    );
  }
  const caller = callerOf(principal, session.sessionName, world.catalog);
  const workload =
    caller.person === undefined ? await verifyWorkload(world, principal.arn, token) : undefined;
  return {
    ...caller,
    ...(workload === undefined ? {} : { workload }),
    ...(network === undefined ? {} : { network }),
  };
}
