/** Callers of the API, by their first name or however a test needs them. */
import { memoryRoles } from '#adapters/memory/world.ts';
import { type Caller, callerOf, type Principal } from '#domain/identity.ts';

const people = {
  alice: memoryRoles.developer,
  bob: memoryRoles.developer,
  rita: memoryRoles.reviewer,
  rob: memoryRoles.reviewer,
  pat: memoryRoles.platformAdmin,
} as const satisfies Record<string, Principal>;

/** Of a catalog that says nothing about identities. */
export const nobodyKnown = { trustedSessionNames: [], people: {} };

export type PersonName = keyof typeof people;

/** `aCaller()` is alice; `aCaller('ci')` is a role whose session name its caller chooses, so nobody in person. */
export function aCaller(name: PersonName | 'ci' = 'alice'): Caller {
  return name === 'ci'
    ? callerOf(memoryRoles.ci, 'build-42', nobodyKnown)
    : callerOf(people[name], `${name}@example.com`, nobodyKnown);
}

/** What API Gateway says about a caller: the input of verifyCaller. */
export function signedBy(caller: Caller): { userArn: string; callerId: string } {
  const { account, roleName, roleId } = caller.principal;
  return {
    userArn: `arn:aws:sts::${account}:assumed-role/${roleName}/${caller.sessionName}`,
    callerId: `${roleId}:${caller.sessionName}`,
  };
}
