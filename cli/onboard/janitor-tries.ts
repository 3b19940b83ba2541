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
  return [
    ...['RoleBinding', 'Role'].flatMap((kind) => deletingOf(kind, namespace)),
    {
      what: 'a grant by the janitor',
      call: async () => ({ ...writes.create(grantOf(role, deployment), true), as }),
      expect: 'refused',
    },
  ];
}

const as = janitorAccount.username;

function deletingOf(kind: string, namespace: string): Try[] {
  const named = (name: string) => ({ kind, metadata: { name, namespace } });
  return [
    {
      what: `listing the ${kind}s of grants in all namespaces, by the janitor`,
      call: async () => ({ ...reads.page(kind, { [marks.managedBy]: managedBy }), as }),
      expect: 'accepted',
    },
    {
      // RBAC and the fences judge before it is looked for, so being told that it isn't there is the right to delete it.
      what: `deleting the ${kind} of a grant, by the janitor`,
      call: async () => {
        const { metadata, ...grant } = named(bindingName(nobodysRequest));
        return { ...writes.remove({ ...grant, metadata: { ...metadata, uid: nobodysRequest } }, true), as };
      },
      expect: 'absent',
    },
    {
      what: `deleting a ${kind} that isn't a grant's, by the janitor`,
      call: async (api) => {
        const standing = await readObject(api, named(unbindRoleUser));
        return standing && { ...writes.remove(standing, true), as };
      },
      expect: { fence: 'curfew-janitor' },
    },
  ];
}
