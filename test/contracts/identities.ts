/** What every source of identities must do. */
import { expect, it } from 'vitest';
import { IdentityRefused } from '#domain/errors.ts';
import type { Principal } from '#domain/identity.ts';
import type { Identities } from '#ports';

export interface IdentitiesUnderTest {
  identities: Identities;
  account: string;
  /** Makes a role under a path such as `/team/`. */
  addRole(roleName: string, path: string): Promise<Pick<Principal, 'arn' | 'roleId'>>;
}

let made = 0;
const newName = () => {
  made += 1;
  return `Contract_role+=,.@-${made}`;
};

export function identitiesContract(fresh: () => Promise<IdentitiesUnderTest>): void {
  it('finds a role by name, with its path and unique id', async () => {
    const { identities, account, addRole } = await fresh();
    for (const path of ['/', '/aws-reserved/sso.amazonaws.com/us-east-1/']) {
      const roleName = newName();
      const { arn, roleId } = await addRole(roleName, path);
      expect(arn).toBe(`arn:aws:iam::${account}:role${path}${roleName}`);
      expect(await identities.role(account, roleName)).toEqual({ arn, roleId, account, roleName });
      expect(await identities.role(account, roleName)).toEqual({ arn, roleId, account, roleName });
    }
  });

  it('refuses a role that does not exist', async () => {
    const { identities, account } = await fresh();
    await expect(identities.role(account, 'NoSuchRole')).rejects.toBeInstanceOf(IdentityRefused);
  });

  it('refuses a role of another account, even where ours has one of that name', async () => {
    const { identities, addRole } = await fresh();
    const roleName = newName();
    await addRole(roleName, '/');
    await expect(identities.role('999988887777', roleName)).rejects.toBeInstanceOf(IdentityRefused);
  });

  it('tells a role that is there from one that is not, at once', async () => {
    const { identities, account, addRole } = await fresh();
    const roleName = newName();
    expect(await identities.find(account, roleName)).toBe('gone');
    const { arn, roleId } = await addRole(roleName, '/team/');
    expect(await identities.find(account, roleName)).toEqual({ arn, roleId, account, roleName });
  });
}
