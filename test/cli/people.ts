/** Sessions of the memory world's IAM roles, with keys to sign with. */
import { memoryAccount, memoryRoles } from '#adapters/memory/world.ts';

export interface Person {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
  principal: (typeof memoryRoles)[keyof typeof memoryRoles];
  sessionName: string;
}

function session(key: string, role: keyof typeof memoryRoles, sessionName: string): Person {
  return {
    accessKeyId: `ASIAEXAMPLE${key}`,
    secretAccessKey: `secret-of-${key}`,
    sessionToken: `session-token-of-${key}==`,
    principal: memoryRoles[role],
    sessionName,
  };
}

export const people = {
  alice: session('ALICE', 'developer', 'alice@example.com'),
  bob: session('BOB', 'developer', 'bob@example.com'),
  rita: session('RITA', 'reviewer', 'rita@example.com'),
  rob: session('ROB', 'reviewer', 'rob@example.com'),
  pat: session('PAT', 'platformAdmin', 'pat@example.com'),
  ci: session('CI', 'ci', 'build-42'),
} as const;
export type PersonName = keyof typeof people;

export function personOfKey(accessKeyId: string): Person | undefined {
  return Object.values(people).find((person) => person.accessKeyId === accessKeyId);
}

/** The identity as API Gateway puts it into an event. */
export function gatewayIdentity({ principal, sessionName }: Person): { userArn: string; caller: string } {
  return {
    userArn: `arn:aws:sts::${memoryAccount}:assumed-role/${principal.roleName}/${sessionName}`,
    caller: `${principal.roleId}:${sessionName}`,
  };
}
