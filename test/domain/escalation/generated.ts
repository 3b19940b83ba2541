/** Roles by chance, near what escalations are made of, and the calls that each escalation stands for. */
import fc from 'fast-check';
import type { Calls, Escalation } from '#domain/escalation/escalation.ts';
import { knownEscalations } from '#domain/escalation/known.ts';
import type { RbacRule, ResourceCall } from '#domain/rbac.ts';

export interface ResourceRule extends RbacRule {
  apiGroups: readonly string[];
  resources: readonly string[];
}

const all = knownEscalations.flatMap(({ calls }) => calls);
const pooled = (part: (calls: Calls) => readonly string[], more: string[]) => [
  ...new Set([...all.flatMap(part), ...more]),
];
const verbs = pooled((calls) => calls.verbs, ['get', 'list', 'watch', 'delete', 'GET', '*', 'use']);
const groups = pooled((calls) => calls.groups, ['*', 'policy', 'example.com']);
const resources = pooled(
  (calls) => calls.resources.flatMap((resource) => [resource, `*/${resource.split('/')[1] ?? 'status'}`]),
  ['pods/log', 'pods/*', '*/*', 'Secrets', 'widgets', 'userextras', 'userextras/scopes', 'deployments/scale'],
).filter((resource) => resource !== '*/');
const names = ['aws-auth', 'web', 'kubernetes.io/kube-apiserver-client', '', '*'];

const some = (pool: readonly string[], maxLength = 3) =>
  fc.uniqueArray(fc.constantFrom(...pool), { minLength: 1, maxLength });
/** Mostly what an escalation lists, now and then something else in one of its parts. */
const near = (listed: readonly string[], pool: readonly string[]) =>
  fc.oneof({ arbitrary: some(listed), weight: 4 }, { arbitrary: some([...listed, ...pool]), weight: 1 });

const nearRule = fc.constantFrom(...all).chain((calls) =>
  fc.record({
    verbs: near(calls.verbs, verbs),
    apiGroups: near(calls.groups, groups),
    resources: near(calls.resources, resources),
  }),
);
const anyRule = fc.record({ verbs: some(verbs), apiGroups: some(groups), resources: some(resources) });

const ruleByChance: fc.Arbitrary<ResourceRule> = fc
  .tuple(fc.oneof(nearRule, anyRule), fc.option(some(names), { nil: undefined, freq: 4 }))
  .map(([rule, resourceNames]) => (resourceNames ? { ...rule, resourceNames } : rule));

export const roleByChance = fc.array(ruleByChance, { minLength: 1, maxLength: 4 });

const unlisted = 'unlisted';
const once = (list: readonly string[]) => [...new Set(list)];

/** Every call that an escalation stands for, with what the rules list where it leaves a part open. */
export function callsOf({ calls, wildcard }: Escalation, rules: readonly ResourceRule[]): ResourceCall[] {
  return [...calls.flatMap((each) => callsWithin(each, rules)), ...(wildcard ? unlistedCalls(rules) : [])];
}

export function callsWithin(calls: Calls, rules: readonly ResourceRule[]): ResourceCall[] {
  const listed = once(rules.flatMap((rule) => rule.resources));
  const resourcesOf = (resource: string) => {
    if (resource === '*')
      return [...listed, unlisted, ...listed.map((each) => each.replace(/^\*\//, `${unlisted}/`))];
    if (!resource.endsWith('/*')) return [resource];
    const base = resource.slice(0, -1);
    return [...listed.flatMap((each) => each.split('/').slice(1)), unlisted].map((sub) => base + sub);
  };
  const groupsOf = (group: string) =>
    group === '*' ? [...rules.flatMap((rule) => rule.apiGroups), unlisted] : [group];
  const named = calls.names ?? rules.flatMap((rule) => rule.resourceNames ?? []);
  return product(calls.verbs, calls.groups.flatMap(groupsOf), calls.resources.flatMap(resourcesOf), [
    ...named,
    '',
  ]);
}

/** Calls with something in them that no rule lists: only a wildcard covers them. */
function unlistedCalls(rules: readonly ResourceRule[]): ResourceCall[] {
  return rules.flatMap((rule) => {
    const named = [...(rule.resourceNames ?? []), ''];
    const subresources = rule.resources
      .filter((each) => each.includes('/'))
      .map((each) => `${unlisted}/${each.split('/')[1]}`);
    const some = (list: readonly string[]) =>
      list.map((part) => (part === '*' ? unlisted : part.replace(/^\*\//, `${unlisted}/`)));
    return [
      ...product([unlisted], some(rule.apiGroups), some(rule.resources), named),
      ...product(some(rule.verbs), [unlisted], some(rule.resources), named),
      ...product(some(rule.verbs), some(rule.apiGroups), [unlisted, ...subresources], named),
    ];
  });
}

function product(
  verbs: readonly string[],
  groups: readonly string[],
  resources: readonly string[],
  names: readonly string[],
): ResourceCall[] {
  return once(verbs).flatMap((verb) =>
    once(groups).flatMap((apiGroup) =>
      once(resources).flatMap((resource) =>
        once(names).map((name) => ({ verb, apiGroup, resource, ...(name === '' ? {} : { name }) })),
      ),
    ),
  );
}
