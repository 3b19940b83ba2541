/** Roles are content-addressed: the ClusterRole's name carries its rules' hash, so what was approved is what is granted. */
import type { PolicyRule } from './catalog.ts';
import { digestOf } from './digest.ts';

/** One spelling for rules that mean the same: every list sorted and without repeats. */
export function canonicalRules(rules: readonly PolicyRule[]): PolicyRule[] {
  const tidy = (list: readonly string[]) => [...new Set(list)].sort();
  return rules.map((rule) => ({
    apiGroups: tidy(rule.apiGroups),
    resources: tidy(rule.resources),
    verbs: tidy(rule.verbs),
    ...(rule.resourceNames ? { resourceNames: tidy(rule.resourceNames) } : {}),
  }));
}

/** Hex SHA-256 of the canonical rules. */
export function rulesDigest(rules: readonly PolicyRule[]): string {
  return digestOf(canonicalRules(rules));
}

/** `curfew:<role>:<first 8 of the rules' digest>`. */
export function clusterRoleName(role: string, rules: readonly PolicyRule[]): string {
  return `curfew:${role}:${rulesDigest(rules).slice(0, 8)}`;
}
