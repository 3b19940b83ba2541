/** IAM roles by name, with the path and id that a session's ARN does not show. */
import { GetRoleCommand, IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import { IdentityRefused } from '#domain/errors.ts';
import type { Principal } from '#domain/identity.ts';
import type { Identities } from '#ports';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { errorName, unavailable } from './unavailable.ts';

/** A role made anew under its old name has another id; this long we may not notice. EKS matches by id by itself. */
const cachedForMs = 60_000;
const mostCached = 500;

export class IamIdentities implements Identities {
  readonly #iam: IAMClient;
  readonly #now: () => number;
  readonly #cached = new Map<string, { principal: Principal; until: number }>();

  constructor(iam: IAMClient, now: () => number = Date.now) {
    this.#iam = iam;
    this.#now = now;
  }

  async role(account: string, roleName: string): Promise<Principal> {
    const cached = this.#cached.get(`${account}/${roleName}`);
    if (cached && this.#now() < cached.until) return { ...cached.principal };
    const principal = await this.#read(account, roleName);
    if (this.#cached.size >= mostCached) this.#cached.clear();
    this.#cached.set(`${account}/${roleName}`, { principal, until: this.#now() + cachedForMs });
    return { ...principal };
  }

  async find(account: string, roleName: string): Promise<Principal | 'gone'> {
    try {
      return await this.#read(account, roleName);
    } catch (error) {
      if (!(error instanceof IdentityRefused)) throw error;
      if (error.cause instanceof NoSuchEntityException) return 'gone';
      throw unavailable(`Reading the IAM role ${roleName}`, error.cause ?? new Error(error.message));
    }
  }

  async #read(account: string, roleName: string): Promise<Principal> {
    const { Arn = '', RoleId = '' } = await this.#get(roleName);
    const arnAccount = /^arn:aws[\w-]*:iam::(\d{12}):role\/.+$/.exec(Arn)?.[1];
    if (arnAccount !== account || RoleId === '') throw foreign(account, roleName);
    return { arn: Arn, account, roleName, roleId: RoleId };
  }

  async #get(roleName: string): Promise<{ Arn?: string | undefined; RoleId?: string | undefined }> {
    try {
      return (await this.#iam.send(new GetRoleCommand({ RoleName: roleName }))).Role ?? {};
    } catch (error) {
      if (error instanceof NoSuchEntityException)
        throw new IdentityRefused(`There is no IAM role ${roleName} in the account of this deployment.`, {
          cause: error,
        });
      if (/^AccessDenied/.test(errorName(error)))
        throw new IdentityRefused(`Curfew may not read the IAM role ${roleName}: allow it iam:GetRole.`, {
          cause: error,
        });
      throw unavailable(`Reading the IAM role ${roleName}`, error);
    }
  }
}

function foreign(account: string, roleName: string): IdentityRefused {
  return new IdentityRefused(
    `The IAM role ${roleName} of account ${account} is not in the account of this deployment. ` +
      'Sign in to a role of this account.',
  );
}

export function iamIdentities(purpose: Purpose, region: string): IamIdentities {
  return new IamIdentities(new IAMClient(sdkOptions(purpose, region)));
}
