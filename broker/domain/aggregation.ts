/** What a ClusterRole that isn't ours allows in a namespace: its rules, and those of all ClusterRoles that it takes over by their labels. */
import type { PolicyRule } from './catalog.ts';
import { canonicalRules } from './cluster-role.ts';
import { canonicalJson } from './digest.ts';
import type { SurveyedRole } from './foreign-role.ts';
import type { RbacRule } from './rbac.ts';

/** As the API server gives it, as far as it matters here. */
export interface FoundClusterRole {
  name: string;
  labels: Readonly<Record<string, string>>;
  rules: readonly RbacRule[];
  /** Of its aggregationRule: ClusterRoles that any of them matches are taken over. */
  selectors: readonly LabelSelector[];
}

export interface LabelSelector {
  matchLabels?: Readonly<Record<string, string>> | undefined;
  matchExpressions?:
    | readonly { key: string; operator: string; values?: readonly string[] | undefined }[]
    | undefined;
}

/** More than these can neither be read by people nor kept with each request. */
const mostRules = 400;
const mostCharacters = 100_000;

/**
 * In one spelling: two clusters that allow the same have the same. Whether a controller has filled in the rules of an
 * aggregating role or not makes no difference, since both what stands in it and what it takes over count.
 */
export function allowedBy(name: string, all: readonly FoundClusterRole[]): SurveyedRole {
  const role = all.find((each) => each.name === name);
  if (!role) return 'absent';
  const reached = new Map([[name, role]]);
  for (const each of reached.values()) {
    const unknown = each.selectors.flatMap((selector) => unknownOperators(selector))[0];
    if (unknown !== undefined)
      return { unfit: `ClusterRole "${each.name}" chooses others by an unknown operator, "${unknown}"` };
    for (const other of all)
      if (each.selectors.some((selector) => matches(selector, other.labels))) reached.set(other.name, other);
  }
  const rules = [...reached.values()].flatMap((each) => each.rules.flatMap((rule) => inNamespaces(rule)));
  const bySpelling = new Map(canonicalRules(rules).map((rule) => [canonicalJson(rule), rule]));
  const spelled = [...bySpelling.keys()].sort();
  if (spelled.length > mostRules || spelled.join().length > mostCharacters)
    return { unfit: `it has ${spelled.length} rules, more than anybody can review` };
  if (spelled.length === 0) return { unfit: 'it allows nothing in a namespace' };
  return { rules: spelled.flatMap((spelling) => bySpelling.get(spelling) ?? []) };
}

/** As a RoleBinding gives it: URLs beside the resources never, and a list that is empty covers nothing. Names that are none mean all. */
function inNamespaces({ verbs, apiGroups = [], resources = [], resourceNames = [] }: RbacRule): PolicyRule[] {
  if (verbs.length === 0 || apiGroups.length === 0 || resources.length === 0) return [];
  const lists = { apiGroups: [...apiGroups], resources: [...resources], verbs: [...verbs] };
  return [resourceNames.length === 0 ? lists : { ...lists, resourceNames: [...resourceNames] }];
}

type Matcher = (value: string | undefined, values: readonly string[]) => boolean;

const operators: Readonly<Record<string, Matcher>> = {
  In: (value, values) => value !== undefined && values.includes(value),
  NotIn: (value, values) => value === undefined || !values.includes(value),
  Exists: (value) => value !== undefined,
  DoesNotExist: (value) => value === undefined,
};

const operatorNamed = (name: string) => (Object.hasOwn(operators, name) ? operators[name] : undefined);

function unknownOperators({ matchExpressions = [] }: LabelSelector): string[] {
  return matchExpressions.flatMap(({ operator }) => (operatorNamed(operator) ? [] : [operator]));
}

/** One without any condition matches everything, as it does in Kubernetes. */
function matches(
  { matchLabels = {}, matchExpressions = [] }: LabelSelector,
  labels: FoundClusterRole['labels'],
) {
  const labelled = (key: string) => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  return (
    Object.entries(matchLabels).every(([key, value]) => labelled(key) === value) &&
    matchExpressions.every(({ key, operator, values = [] }) =>
      operatorNamed(operator)?.(labelled(key), values),
    )
  );
}
