/** Identities: the memory twin and IAM do the same. */
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { describe } from 'vitest';
import { iamIdentities } from '#adapters/iam-identities.ts';
import { MemoryIdentities } from '#adapters/memory/identities.ts';
import { account } from '#local/emulator/emulator.ts';
import { identitiesContract } from './identities.ts';
import { localCloud, region } from './local-cloud.ts';

describe('Identities in memory', () => {
  identitiesContract(async () => {
    const identities = new MemoryIdentities();
    const here = '111122223333';
    const addRole = async (roleName: string, path: string) => {
      const principal = {
        arn: `arn:aws:iam::${here}:role${path}${roleName}`,
        account: here,
        roleName,
        roleId: `AROA${roleName.length}`,
      };
      identities.add(principal);
      return principal;
    };
    return { identities, account: here, addRole };
  });
});

describe('Identities in IAM', () => {
  localCloud();
  identitiesContract(async () => ({
    identities: iamIdentities('granting', region),
    account,
    async addRole(RoleName, Path) {
      const trust = { Version: '2012-10-17', Statement: [] };
      const { Role } = await new IAMClient({ region }).send(
        new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument: JSON.stringify(trust) }),
      );
      return { arn: Role?.Arn ?? '', roleId: Role?.RoleId ?? '' };
    },
  }));
});
