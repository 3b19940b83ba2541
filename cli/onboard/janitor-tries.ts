/** Proves that the janitor can do its work and no more, without doing any of it. */
import { janitorAccount, unbindRoleUser } from '#cluster/identities.ts';
import type { OfferedRole } from '#cluster/offer.ts';
import { managedBy } from '#domain/access-entry.ts';
import { bindingName } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { readObject, reads, writes } from './cluster-objects.ts';
import { grantOf, nobodysRequest, type Try } from './tries.ts';

export function janitorTries(role: OfferedRole, deployment: string): Try[] {
  const [namespace = ''] = role.namespaces;
  const as = janitorAccount.username;
  const named = (name: string) => ({ kind: 'RoleBinding', metadata: { name, namespace } });
  return [
    {
      what: 'listing the grants of all namespaces, by the janitor',
      call: async () => ({ ...reads.page('RoleBinding', { [marks.managedBy]: managedBy }), as }),
      expect: 'accepted',
    },
    {
      // RBAC and the fences judge before it is looked for, so being told that it isn't there is the right to delete it.
      what: 'deleting a grant, by the janitor',
      call: async () => {
        const { metadata, ...grant } = named(bindingName(nobodysRequest));
        return { ...writes.remove({ ...grant, metadata: { ...metadata, uid: nobodysRequest } }, true), as };
      },
      expect: 'absent',
    },
    {
      what: "deleting a RoleBinding that isn't a grant, by the janitor",
      call: async (api) => {
        const standing = await readObject(api, named(unbindRoleUser));
        return standing && { ...writes.remove(standing, true), as };
      },
      expect: { fence: 'curfew-janitor' },
    },
    {
      what: 'a grant by the janitor',
      call: async () => ({ ...writes.create(grantOf(role, deployment), true), as }),
      expect: 'refused',
    },
  ];
}
