/** CREATE and UPDATE of `curfew:*` ClusterRoles: their names stand for their rules, so only a cluster-admin makes them and nobody edits them. */
import { literal, markOf } from '../cel.ts';
import { peoplePrefix } from '../identities.ts';
import { onboardedBy } from '../manifest.ts';
import { type Fence, onRbac } from './policy.ts';

const whenOurs = {
  name: 'named-by-curfew',
  expression: `request.name.startsWith(${literal(peoplePrefix)})`,
};

/** `escalate` is what sets a cluster-admin apart from those who may write only the roles that they hold themselves. */
export const roleCreate: Fence = {
  name: 'curfew-role-create',
  failurePolicy: 'Fail',
  on: [onRbac(['clusterroles'], 'CREATE')],
  when: [
    {
      name: 'named-by-curfew',
      expression: `object.metadata.?name.orValue('').startsWith(${literal(peoplePrefix)})`,
    },
  ],
  require: [
    {
      expression:
        "authorizer.group('rbac.authorization.k8s.io').resource('clusterroles').check('escalate').allowed()",
      message: "ClusterRoles named curfew:* are made by a cluster-admin, with 'curfew onboard'.",
    },
    {
      expression: `${markOf('labels', 'app.kubernetes.io/managed-by')} == ${literal(onboardedBy)} && !has(object.aggregationRule)`,
      message:
        "ClusterRoles named curfew:* are made by 'curfew onboard', and never aggregate the rules of others.",
    },
    {
      // Who impersonates is nobody's business in admission: the fences see only who is impersonated.
      expression:
        "object.?rules.orValue([]).all(r, r.verbs.all(v, v != '*' && !v.startsWith('impersonate')))",
      message:
        'ClusterRoles named curfew:* let nobody act as somebody else: no fence around people would see who it really is.',
    },
  ],
};

/** Cluster-admins may delete one, which takes away; editing one would widen live grants at once. */
export const roleUpdate: Fence = {
  name: 'curfew-role-update',
  failurePolicy: 'Fail',
  on: [onRbac(['clusterroles'], 'UPDATE')],
  when: [whenOurs],
  require: [
    {
      expression: [
        'object.?rules.orValue([]) == oldObject.?rules.orValue([])',
        'object.?aggregationRule == oldObject.?aggregationRule',
        'object.metadata.?labels.orValue({}) == oldObject.metadata.?labels.orValue({})',
      ].join(' && '),
      message:
        "A ClusterRole named curfew:* is never changed: its name stands for its rules. Change the role in the catalog and run 'curfew onboard', which makes a new one.",
    },
  ],
};
