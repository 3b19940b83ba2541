/** IAM's unique ids of roles and users, asked of the emulator: what an access entry is really about. */
import {
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  IAMServiceException,
  type Role,
  type User,
} from '@aws-sdk/client-iam';
import { EksError } from './errors.ts';
import { parsePrincipalArn } from './rules.ts';

/** The id of the principal with exactly this ARN; throws InvalidParameterException if `account` has none. */
export async function findPrincipalId(
  iam: IAMClient,
  account: string,
  principalArn: string,
): Promise<string> {
  const { account: owner, kind, name } = parsePrincipalArn(principalArn);
  // Another account's principals can't be looked up here; such an entry matches nobody's session.
  if (owner !== account) return `unknown:${principalArn}`;
  const found = await (kind === 'role' ? getRole(iam, name) : getUser(iam, name));
  const id = found && ('RoleId' in found ? found.RoleId : found.UserId);
  // IAM finds a role by its name alone; with another path it's another principal.
  if (id === undefined || found?.Arn !== principalArn) {
    throw new EksError(
      'InvalidParameterException',
      'The specified principalArn is invalid: invalid principal.',
    );
  }
  return id;
}

async function getRole(iam: IAMClient, RoleName: string): Promise<Role | undefined> {
  return noneIfAbsent(async () => (await iam.send(new GetRoleCommand({ RoleName }))).Role);
}

async function getUser(iam: IAMClient, UserName: string): Promise<User | undefined> {
  return noneIfAbsent(async () => (await iam.send(new GetUserCommand({ UserName }))).User);
}

async function noneIfAbsent<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof IAMServiceException && error.$metadata.httpStatusCode === 404) return undefined;
    throw error;
  }
}
