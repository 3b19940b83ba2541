/** The rules of a task: what a request's allowances come to within the bounds of its role, and never more than these. */
import { type Allowance, readAllowance } from './allowance.ts';
import type { PolicyRule } from './catalog.ts';
import { canonicalRules } from './cluster-role.ts';
import { canonicalJson } from './digest.ts';
import { allows, type RbacRule, type ResourceCall } from './rbac.ts';
import { isSubresource, pluralsOf } from './resource-names.ts';
import { groupsMeant } from './rule-words.ts';
import { liesWithin, taskLimits } from './task-role.ts';

export type TaskRules = { rules: PolicyRule[] } | { fault: string };

/** A kind of thing as RBAC spells it. */
interface Thing {
  apiGroup: string;
  /** With its subresource. */
  resource: string;
}

/**
 * One rule for each API group, kind of thing and set of names; each call they allow is allowed by the bounds as well. Or
 * what of it the role doesn't cover, and what it does. `role`: its name, for the words.
 */
export function taskRules(
  { role, bounds }: { role: string; bounds: readonly PolicyRule[] },
  allow: readonly string[],
): TaskRules {
  const rules: PolicyRule[] = [];
  for (const text of allow) {
    const allowance = readAllowance(text);
    if ('fault' in allowance) return allowance;
    const within = rulesWithin(role, bounds, allowance);
    if ('fault' in within) return within;
    rules.push(...within.rules);
  }
  const merged = merge(rules);
  if (merged.length === 0) return { fault: 'Nothing is asked to be allowed.' };
  if (merged.length > taskLimits.rules)
    return {
      fault: `That comes to ${merged.length} rules, more than the ${taskLimits.rules} of a task; ask for the role itself, or for less.`,
    };
  // As the fences of the cluster judge it: what they would refuse is not asked for.
  return liesWithin(merged, bounds)
    ? { rules: merged }
    : { fault: `Role ${role} doesn't cover all of that, or it is too long: name less.` };
}

/** Allowances for exactly these calls. */
export function allowFor(calls: readonly ResourceCall[]): string[] {
  const verbs = Map.groupBy(calls, ({ apiGroup, resource, name }) => {
    const [kind = '', subresource] = resource.split('/');
    const thing = `${kind}${apiGroup === '' ? '' : `.${apiGroup}`}${subresource === undefined ? '' : `/${subresource}`}`;
    if (name === undefined) return thing;
    return subresource !== undefined || isSubresource(name) ? `${thing} ${name}` : `${thing}/${name}`;
  });
  return [...verbs].map(
    ([thing, those]) => `${[...new Set(those.map(({ verb }) => verb))].join(',')} ${thing}`,
  );
}

/** The rules that a grant gives: those of its task where it is for one, else the role's. */
export function grantedRules<Rule extends RbacRule>(resolved: {
  rules: readonly Rule[];
  task?: { rules: readonly Rule[] } | undefined;
}): readonly Rule[] {
  return resolved.task?.rules ?? resolved.rules;
}

function rulesWithin(role: string, bounds: readonly PolicyRule[], allowance: Allowance): TaskRules {
  const { verbs, names } = { ...allowance, ...placed(bounds, allowance) };
  const things = thingsMeant(bounds, allowance);
  if (things.length === 0) {
    const covered = [...new Set(bounds.flatMap(({ resources }) => resources))].sort();
    return {
      fault: `Role ${role} has nothing to do with "${written(bounds, allowance)}"; it is for ${covered.join(', ')}.`,
    };
  }
  const unbound = things.some(({ resource }) => !resource.includes('/')) ? unbindable(verbs) : [];
  if (names.length > 0 && unbound.length > 0)
    return {
      fault: `Kubernetes can't limit ${unbound.join(' and ')} to names: leave ${unbound.join(' and ')} out, or the ${names.length === 1 ? 'name' : 'names'} ${names.join(', ')}.`,
    };
  const rules = things.flatMap(({ apiGroup, resource }) => {
    const rule = { apiGroups: [apiGroup], resources: [resource], verbs };
    const named = names.length === 0 ? rule : { ...rule, resourceNames: names };
    return isWithin(bounds, named) ? [named] : [];
  });
  return rules.length > 0 ? { rules } : { fault: uncovered(role, bounds, things, verbs, names) };
}

/** Verbs whose calls name no object. */
const unbindable = (verbs: readonly string[]) =>
  verbs.filter((verb) => verb === 'create' || verb === 'deletecollection');

/** Every single call it allows is one that one of the bounds allows. */
function isWithin(
  bounds: readonly PolicyRule[],
  { apiGroups, resources, verbs, resourceNames }: PolicyRule,
): boolean {
  return apiGroups.every((apiGroup) =>
    resources.every((resource) =>
      verbs.every((verb) =>
        (resourceNames ?? [undefined]).every((name) => allows(bounds, { verb, apiGroup, resource, name })),
      ),
    ),
  );
}

/** Kinds of the bounds that are meant by what is written. */
function thingsMeant(bounds: readonly PolicyRule[], allowance: Allowance): Thing[] {
  const { bases, group } = basesOf(bounds, allowance);
  const { subresource } = placed(bounds, allowance);
  const resources = bases.map((base) => (subresource === undefined ? base : `${base}/${subresource}`));
  return resources.flatMap((resource) => {
    const groups = [
      ...new Set(
        bounds.flatMap(({ apiGroups, resources }) => (resources.includes(resource) ? apiGroups : [])),
      ),
    ];
    const meant =
      group === undefined ? groupsMeant(resource, groups) : groups.filter((each) => each === group);
    return meant.map((apiGroup) => ({ apiGroup, resource }));
  });
}

/** The kinds of the bounds that a written one can be, without subresources. */
function basesOf(
  bounds: readonly PolicyRule[],
  { resource }: Pick<Allowance, 'resource'>,
): { bases: string[]; group?: string } {
  const dot = resource.indexOf('.');
  const kind = dot < 0 ? resource : resource.slice(0, dot);
  const plurals = pluralsOf(kind);
  const bases = new Set(bounds.flatMap(({ resources }) => resources.map((each) => each.split('/')[0] ?? '')));
  // Exactly as written where there is such a kind: another that it could be short for isn't meant then.
  const found = bases.has(kind) ? [kind] : plurals.filter((plural) => bases.has(plural));
  return { bases: found, ...(dot < 0 ? {} : { group: resource.slice(dot + 1) }) };
}

/** Whether the part after the slash is a subresource of the kind, or names an object. */
function placed(
  bounds: readonly PolicyRule[],
  allowance: Allowance,
): { subresource?: string; names: string[] } {
  const { part, names } = allowance;
  if (part === undefined) return { names };
  const { bases } = basesOf(bounds, allowance);
  const known = bounds.some(({ resources }) => bases.some((base) => resources.includes(`${base}/${part}`)));
  return known || isSubresource(part) ? { subresource: part, names } : { names: [part, ...names] };
}

function written(bounds: readonly PolicyRule[], allowance: Allowance): string {
  const { subresource } = placed(bounds, allowance);
  return subresource === undefined ? allowance.resource : `${allowance.resource}/${subresource}`;
}

/** `role operator lets one get, list pods; not delete`. */
function uncovered(
  role: string,
  bounds: readonly PolicyRule[],
  things: readonly Thing[],
  verbs: readonly string[],
  names: readonly string[],
): string {
  const [thing] = things;
  if (!thing) return `Role ${role} doesn't cover it.`;
  const { apiGroup, resource } = thing;
  const about = bounds.filter(
    ({ apiGroups, resources }) => apiGroups.includes(apiGroup) && resources.includes(resource),
  );
  const named = names.length === 0 ? [undefined] : names;
  const missing = verbs.filter(
    (verb) => !named.every((name) => allows(bounds, { verb, apiGroup, resource, name })),
  );
  const lets = about.map(
    ({ verbs, resourceNames }) =>
      `${verbs.join(', ')} ${resource}${resourceNames ? ` named ${resourceNames.join(', ')}` : ''}`,
  );
  const which = names.length > 0 ? ` ${names.join(', ')}` : '';
  return `Role ${role} lets one ${lets.join(' and ')}; not ${missing.join(', ')}${which}. Ask for what it lets one do, or for another role.`;
}

/** Verbs of the same things are put together, and what is allowed of all needs not be said of some by name again. */
function merge(rules: readonly PolicyRule[]): PolicyRule[] {
  const about = ({ apiGroups, resources }: PolicyRule) => canonicalJson([apiGroups, resources]);
  const all = new Map<string, Set<string>>();
  for (const rule of rules)
    if (!rule.resourceNames) all.set(about(rule), new Set([...(all.get(about(rule)) ?? []), ...rule.verbs]));
  const byNames = new Map<string, PolicyRule>();
  for (const rule of canonicalRules(rules)) {
    const left = rule.resourceNames
      ? rule.verbs.filter((verb) => !all.get(about(rule))?.has(verb))
      : rule.verbs;
    if (left.length === 0) continue;
    const names = rule.resourceNames ?? [];
    const key = canonicalJson([rule.apiGroups, rule.resources, names.length, names]);
    const verbs = [...(byNames.get(key)?.verbs ?? []), ...left];
    byNames.set(key, { ...rule, verbs });
  }
  return canonicalRules([...byNames].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, rule]) => rule));
}
