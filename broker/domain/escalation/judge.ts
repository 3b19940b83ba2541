/** Which escalations a role's rules allow: exact for each rule, over everything that its wildcards cover. */
import { coversResource, type RbacRule } from '../rbac.ts';
import type { Calls, Escalation } from './escalation.ts';
import { knownEscalations } from './known.ts';

/** `namespace`: by a RoleBinding in namespaces that aren't Kubernetes' own. `cluster`: by a ClusterRoleBinding. */
export type Scope = 'namespace' | 'cluster';

export interface FoundEscalation extends Escalation {
  /** Indices of the rules that allow it, each by itself. */
  rules: number[];
  /** What of them does, as few words as possible: `create pods/exec`. */
  by: string[];
}

const severities = ['critical', 'high', 'medium'];

/** Worst first. Never silent on what the API server would allow; verbs of one rule don't reach resources of another. */
export function judge(rules: readonly RbacRule[], { scope }: { scope: Scope }): FoundEscalation[] {
  return knownEscalations
    .flatMap((escalation) => {
      const by = rules.map((rule) => reachOf(rule, escalation, scope));
      const found = by.flatMap((calls, i) => (calls.length > 0 ? [i] : []));
      return found.length > 0 ? [{ ...escalation, rules: found, by: [...new Set(by.flat())] }] : [];
    })
    .sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
}

function reachOf(rule: RbacRule, { calls, wildcard, paths = [] }: Escalation, scope: Scope): string[] {
  return [
    ...calls
      .filter(({ clusterOnly }) => scope === 'cluster' || !clusterOnly)
      .flatMap((c) => reached(rule, c)),
    ...(wildcard ? wildcardsOf(rule, scope) : []),
    ...(scope === 'cluster' ? paths.flatMap((path) => pathsReached(rule, path)) : []),
  ];
}

/** One line for each resource of `calls` that the rule covers, with the verbs that it covers there. */
function reached(rule: RbacRule, { verbs, groups, resources, names }: Calls): string[] {
  const { apiGroups = [], resources: covered = [] } = rule;
  const hits = verbs.filter((verb) => has(rule.verbs, verb));
  const inGroup = apiGroups.length > 0 && (groups.includes('*') || groups.some((g) => has(apiGroups, g)));
  if (hits.length === 0 || !inGroup || !namesReached(rule, names)) return [];
  return resources
    .flatMap((resource) => covered.flatMap((ofRule) => overlap(ofRule, resource) ?? []))
    .map((resource) => `${hits.join(', ')} ${resource}`);
}

const has = (list: readonly string[], wanted: string) => list.includes('*') || list.includes(wanted);

/** An empty name stands for calls that name nothing: a list, or the creation of any object. */
function namesReached({ resourceNames = [] }: RbacRule, names: readonly string[] | undefined): boolean {
  if (resourceNames.length === 0 || !names) return true;
  return resourceNames.some((name) => name === '' || names.includes(name));
}

/** What a rule's resource covers of one that may stand for many (`userextras/*`, `*`); undefined when nothing. */
function overlap(ofRule: string, resource: string): string | undefined {
  if (resource === '*') return ofRule;
  if (!resource.endsWith('/*')) return coversResource(ofRule, resource) ? resource : undefined;
  const base = resource.slice(0, -1);
  if (ofRule === '*') return resource;
  if (ofRule.startsWith('*/')) return ofRule.length > 2 ? base + ofRule.slice(2) : undefined;
  return ofRule.startsWith(base) && ofRule.length > base.length ? ofRule : undefined;
}

/** The wildcards that grant something; one in a part whose rule covers nothing otherwise is idle. */
function wildcardsOf(rule: RbacRule, scope: Scope): string[] {
  const { verbs, apiGroups = [], resources = [], nonResourceURLs = [] } = rule;
  if (verbs.length === 0) return [];
  const list = [
    ...(apiGroups.length > 0 && resources.length > 0 ? [...verbs, ...apiGroups, ...resources] : []),
    ...(scope === 'cluster' && nonResourceURLs.length > 0 ? [...verbs, ...nonResourceURLs] : []),
  ];
  return list.filter((part) => part === '*' || part.startsWith('*/'));
}

/** A rule's path matches as a whole, or by what stands before the stars at its end. */
function pathsReached({ verbs, nonResourceURLs = [] }: RbacRule, path: string): string[] {
  if (!has(verbs, 'get')) return [];
  const below = (text: string) => text === path || text.startsWith(`${path}/`);
  return nonResourceURLs.filter((url) => {
    if (!url.endsWith('*')) return below(url);
    const start = url.replace(/\*+$/, '');
    return path.startsWith(start) || below(start);
  });
}
