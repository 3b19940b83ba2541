/** CREATE of a Role by DefineRole, which may escalate: only for one grant, and within the bounds that the catalog offers there. */
import { taskLimits } from '#domain/task-role.ts';
import { literal } from '../cel.ts';
import { defineRoleUser } from '../identities.ts';
import type { OfferedRole } from '../offer.ts';
import { grantRules, grantVariables } from './grant-marks.ts';
import { type Fence, onRbac } from './policy.ts';

/** Named in the refusal of a forbidden Role: see ../forbidden-binding.ts. */
export const defineRoleFence = 'curfew-define-role';

const names = 'r.?resourceNames.orValue([])';

/** As `liesWithin` of the domain. Sizes come first: what is too big to judge is not begun with. */
const ruleIsOne = [
  'size(r.?apiGroups.orValue([])) == 1 && size(r.?resources.orValue([])) == 1',
  'size(r.?nonResourceURLs.orValue([])) == 0',
  `size(r.?verbs.orValue([])) <= ${taskLimits.verbs} && size(${names}) <= ${taskLimits.names}`,
  "!r.apiGroups[0].contains('*') && !r.resources[0].contains('*') && r.verbs.all(v, !v.contains('*'))",
].join(' && ');

// A line comment, since a wildcard before a slash would end the other kind.
// `pods/log` is covered by `pods/log`, `*` and `*/log`.
const resourceIsCovered =
  "(r.resources[0] in b.resources || '*' in b.resources || (r.resources[0].contains('/') && ('*' + r.resources[0].substring(r.resources[0].indexOf('/'))) in b.resources))";

const ruleIsCovered = `r.verbs.all(v, (size(${names}) == 0 ? [''] : ${names}).all(n, variables.bounds.exists(b, (v in b.verbs || '*' in b.verbs) && (r.apiGroups[0] in b.apiGroups || '*' in b.apiGroups) && ${resourceIsCovered} && (size(b.names) == 0 || n in b.names))))`;

export function defineRole(
  offer: readonly OfferedRole[],
  protectedNamespaces: readonly string[],
  deployment: string,
): Fence {
  return {
    name: defineRoleFence,
    failurePolicy: 'Fail',
    on: [onRbac(['roles'], 'CREATE')],
    when: [{ name: 'by-define-role', expression: `request.userInfo.username == ${literal(defineRoleUser)}` }],
    variables: [
      ...grantVariables(offer, 'variables.within'),
      { name: 'bounds', expression: `${literal(boundsByRole(offer))}[?variables.offered].orValue([])` },
    ],
    require: [
      ...grantRules(offer, protectedNamespaces, deployment),
      {
        expression: `size(object.?rules.orValue([])) >= 1 && size(object.?rules.orValue([])) <= ${taskLimits.rules} && object.rules.all(r, ${ruleIsOne})`,
        message: `The Role of a task has 1 to ${taskLimits.rules} rules, each for one resource of one group, with at most ${taskLimits.verbs} verbs and ${taskLimits.names} names and no wildcards.`,
      },
      {
        expression: `size(object.?rules.orValue([])) <= ${taskLimits.rules} && object.?rules.orValue([]).all(r, ${ruleIsOne} && ${ruleIsCovered})`,
        message: "The Role of a task lets one do nothing that the catalog's role around it does not.",
      },
    ],
  };
}

/** Of each offered role its rules, `names` always there: empty is every name. */
function boundsByRole(offer: readonly OfferedRole[]) {
  return Object.fromEntries(
    offer.map(({ clusterRole, rules }) => [
      clusterRole,
      rules.map(({ apiGroups, resources, verbs, resourceNames = [] }) => ({
        apiGroups,
        resources,
        verbs,
        names: resourceNames,
      })),
    ]),
  );
}
