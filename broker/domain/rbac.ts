/** What rules allow, decided as the Kubernetes RBAC authorizer decides it: one rule must cover the whole request. */

/** A rule of any Role or ClusterRole, as the API server gives it. */
export interface RbacRule {
  verbs: readonly string[];
  apiGroups?: readonly string[] | undefined;
  // A line comment, since a wildcard before a slash would end the other kind.
  // `pods`, `pods/log`, `*` or `*/scale`. Nothing else is a wildcard: `pods/*` covers only a subresource named `*`.
  resources?: readonly string[] | undefined;
  /** Absent or empty: all. */
  resourceNames?: readonly string[] | undefined;
  nonResourceURLs?: readonly string[] | undefined;
}

/** One call to the API server, without its place: the binding decides where the rules count. */
export interface ResourceCall {
  verb: string;
  /** Empty for the core group. */
  apiGroup: string;
  /** With its subresource: `pods/log`. */
  resource: string;
  /** Absent where the call names no object: `create`, and `list`, `watch` and `deletecollection` without a field selector. */
  name?: string | undefined;
}

/** Verbs, groups and names are compared as they are written: the server folds no case. */
const covers = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted);

/** Whether a rule's resource covers a resource of a call. */
export function coversResource(ofRule: string, resource: string): boolean {
  if (ofRule === '*' || ofRule === resource) return true;
  const slash = resource.indexOf('/');
  return slash > 0 && slash < resource.length - 1 && ofRule === `*${resource.slice(slash)}`;
}

export function ruleAllows(rule: RbacRule, call: ResourceCall): boolean {
  const { apiGroups = [], resources = [], resourceNames = [], verbs } = rule;
  return (
    covers(verbs, call.verb) &&
    covers(apiGroups, call.apiGroup) &&
    resources.some((resource) => coversResource(resource, call.resource)) &&
    (resourceNames.length === 0 || resourceNames.includes(call.name ?? ''))
  );
}

/** Whether any of the rules allows the call. */
export function allows(rules: readonly RbacRule[], call: ResourceCall): boolean {
  return rules.some((rule) => ruleAllows(rule, call));
}
