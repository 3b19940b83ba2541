/** DELETE by the janitor: grants of this deployment, and no other RoleBinding or Role. */
import { managedBy } from '#domain/access-entry.ts';
import { marks } from '#domain/role-binding.ts';
import { grantNamePattern, literal } from '../cel.ts';
import { janitorAccount } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

/**
 * A policy can't see what time it is, so that the grant is over stays the janitor's word. What it could do with a lie is
 * to end access early.
 */
export function janitor(deployment: string): Fence {
  const labelled = (key: string, value: string) =>
    `oldObject.metadata.?labels[?${literal(key)}].orValue('') == ${literal(value)}`;
  return {
    name: 'curfew-janitor',
    failurePolicy: 'Ignore',
    on: [onRbac(['rolebindings', 'roles'], 'DELETE')],
    when: [
      {
        name: 'by-the-janitor',
        expression: `request.userInfo.username == ${literal(janitorAccount.username)}`,
      },
    ],
    require: [
      {
        expression: [
          `request.name.matches(${literal(grantNamePattern)})`,
          labelled(marks.managedBy, managedBy),
          labelled(marks.deployment, deployment),
        ].join(' && '),
        message: `The janitor deletes grants of the deployment ${deployment} only.`,
      },
    ],
  };
}
