/** UPDATE by anyone, cluster-admins too: a grant is never edited, nothing is made into one, and none is unmarked. */
import { looksLikeGrant } from '../cel.ts';
import { type Fence, onRbac } from './policy.ts';

/**
 * What changes nothing passes (storage migration rewrites objects as they are), and so does taking a finalizer away:
 * a foreground delete leaves one behind, and the grant would stand until the garbage collector could remove it.
 */
export const grantUpdate: Fence = {
  name: 'curfew-grant-update',
  failurePolicy: 'Fail',
  on: [onRbac(['rolebindings', 'roles'], 'UPDATE')],
  // A grant's name stays whatever else is taken off it, so what it was before need not be looked at.
  when: [{ name: 'is-or-becomes-a-grant', expression: looksLikeGrant }],
  require: [
    {
      expression: [
        // roleRef is not compared: Kubernetes itself never lets it change.
        'object.?subjects.orValue([]) == oldObject.?subjects.orValue([])',
        'object.?rules.orValue([]) == oldObject.?rules.orValue([])',
        'object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({})',
        'object.metadata.?annotations.orValue({}) == oldObject.metadata.?annotations.orValue({})',
        'object.metadata.?ownerReferences.orValue([]) == oldObject.metadata.?ownerReferences.orValue([])',
        'object.metadata.?finalizers.orValue([]).all(f, f in oldObject.metadata.?finalizers.orValue([]))',
      ].join(' && '),
      message:
        "A grant is never changed: end it with 'curfew revoke', or delete its RoleBinding, and ask for a new one with 'curfew request'.",
    },
  ],
};
