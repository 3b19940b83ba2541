/** IAM roles in memory. */
import { IdentityRefused } from '#domain/errors.ts';
import type { Principal } from '#domain/identity.ts';
import type { Identities } from '#ports';
import { copyOf } from './copy.ts';

export class MemoryIdentities implements Identities {
  readonly roles = new Map<string, Principal>();

  async role(account: string, roleName: string): Promise<Principal> {
    const found = this.roles.get(`${account}/${roleName}`);
    if (!found)
      throw new IdentityRefused(
        `There is no IAM role ${roleName} in account ${account} that Curfew can read.`,
      );
    return copyOf(found);
  }

  async find(account: string, roleName: string): Promise<Principal | 'gone'> {
    return copyOf(this.roles.get(`${account}/${roleName}`) ?? 'gone');
  }

  add(principal: Principal): void {
    this.roles.set(`${principal.account}/${principal.roleName}`, principal);
  }
}
