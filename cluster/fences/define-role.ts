/** CREATE of a Role by DefineRole, which may escalate: only for one grant, and within the bounds that the catalog offers there. */
import { taskLimits } from '#domain/task-role.ts';
import { literal } from '../cel.ts';
import { defineRoleUser } from '../identities.ts';
import { boundsIn, type OfferedRole } from '../offer.ts';
import { grantRules, grantVariables } from './grant-marks.ts';
import { type Fence, onRbac } from './policy.ts';

/** Named in the refusal of a forbidden Role: see ../forbidden-binding.ts. */
export const defineRoleFence = 'curfew-define-role';

const fewEnough = `size(variables.rules) <= ${taskLimits.rules}`;
const names = 'r.?resourceNames.orValue([])';

/** As `liesWithin` of the domain. Sizes come first: what is too big to judge is not begun with. */
const ruleIsOne = [
  'size(r.?apiGroups.orValue([])) == 1 && size(r.?resources.orValue([])) == 1',
  'size(r.?nonResourceURLs.orValue([])) == 0',
  `size(r.?verbs.orValue([])) <= ${taskLimits.verbs} && size(${names}) <= ${taskLimits.names}`,
  "!r.apiGroups[0].contains('*') && !r.resources[0].contains('*') && r.verbs.all(v, !v.contains('*'))",
].join(' && ');

/**
 * No catalog holds wildcards, so nothing has to be matched but words. Of the bounds those for its resource are picked out
 * first, and of these those for each verb, so that many names are compared with few rules.
 */
const ruleIsCovered = [
  '[variables.bounds.filter(b, r.apiGroups[0] in b.apiGroups && r.resources[0] in b.resources)]',
  '.all(ofResource, r.verbs.all(v, [ofResource.filter(b, v in b.verbs)].all(ofVerb, ',
  `ofVerb.exists(b, size(b.names) == 0) || (size(${names}) > 0 && ${names}.all(n, ofVerb.exists(b, n in b.names))))))`,
].join('');

export function defineRole(
  offer: readonly OfferedRole[],
  protectedNamespaces: readonly string[],
  deployment: string,
): Fence {
  const bounded = boundsIn(offer);
  return {
    name: defineRoleFence,
    failurePolicy: 'Fail',
    on: [onRbac(['roles'], 'CREATE')],
    when: [{ name: 'by-define-role', expression: `request.userInfo.username == ${literal(defineRoleUser)}` }],
    variables: [
      ...grantVariables(bounded, 'variables.within'),
      // Where none are sent the server puts null.
      { name: 'rules', expression: 'has(object.rules) && object.rules != null ? object.rules : []' },
      // Each by itself, as what an expression may hold is limited.
      ...bounded.map((role, i) => ({ name: `bounds${i}`, expression: literal(boundsOf(role)) })),
      { name: 'bounds', expression: `{${bounded.map(boundsEntry)}}[?variables.offered].orValue([])` },
    ],
    require: [
      ...grantRules(offer, protectedNamespaces, deployment),
      {
        expression: `${fewEnough} && size(variables.rules) >= 1 && variables.rules.all(r, ${ruleIsOne})`,
        message: `The Role of a task has 1 to ${taskLimits.rules} rules, each for one resource of one group, with at most ${taskLimits.verbs} verbs and ${taskLimits.names} names and no wildcards.`,
      },
      {
        expression: `${fewEnough} && variables.rules.all(r, ${ruleIsOne} && ${ruleIsCovered})`,
        message: "The Role of a task lets one do nothing that the catalog's role around it does not.",
      },
    ],
  };
}

const boundsEntry = ({ clusterRole }: OfferedRole, index: number) =>
  `${literal(clusterRole)}: variables.bounds${index}`;

/** The rules of a role, `names` always there: empty is every name. */
function boundsOf({ rules }: OfferedRole) {
  return rules.map(({ apiGroups, resources, verbs, resourceNames = [] }) => ({
    apiGroups,
    resources,
    verbs,
    names: resourceNames,
  }));
}
