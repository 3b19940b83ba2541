/** Roles that are not ours: a ClusterRole of the cluster that the catalog names. What it allows is read there, and judged as the catalog's own rules are. */
import type { CatalogRole, PolicyRule } from './catalog.ts';
import { boundaryFaults } from './catalog-boundaries.ts';
import { canonicalJson } from './digest.ts';
import { unacceptedOf } from './escalation/accepts.ts';
import { emergencyFaults } from './role-definition.ts';

/** One as it stands on a cluster. */
export type SurveyedRole =
  /** With everything that it takes over from others, in one spelling. */
  | { rules: PolicyRule[] }
  | 'absent'
  /** It can't be judged; in words. */
  | { unfit: string };

/** What one may do by it; nothing where that isn't known, and then nothing is granted either. */
export function rulesFound(surveyed: SurveyedRole | undefined): PolicyRule[] {
  return typeof surveyed === 'object' && 'rules' in surveyed ? surveyed.rules : [];
}

/** Whether all that it allows was among what was approved; one that is gone allows nothing. Both in the one spelling of a survey. */
export function allowsNoMore(surveyed: SurveyedRole, approved: readonly PolicyRule[]): boolean {
  if (typeof surveyed === 'object' && 'unfit' in surveyed) return false;
  const known = new Set(approved.map(canonicalJson));
  return rulesFound(surveyed).every((rule) => known.has(canonicalJson(rule)));
}

/** Why a role can't be had as it stands; whole sentences. Entries of `accepts` that its rules don't need do no harm here: each cluster has rules of its own. */
export function foreignFaults(
  role: CatalogRole & { clusterRole: string },
  surveyed: SurveyedRole | undefined,
): string[] {
  const what = `ClusterRole "${role.clusterRole}"`;
  if (surveyed === undefined) return [`What ${what} allows on this cluster is not known.`];
  if (surveyed === 'absent') return [`This cluster has no ${what}: its platform team can make one.`];
  if ('unfit' in surveyed) return [`${what} of this cluster can't be judged: ${surveyed.unfit}.`];
  const judged = { ...role, rules: surveyed.rules };
  return [
    ...unacceptedOf(judged).map(
      ({ id, severity, by, title }) =>
        `${what} of this cluster can ${title} ("${by.join('", "')}"), which the catalog does not accept (${id}, ${severity}).`,
    ),
    ...[...boundaryFaults(judged), ...emergencyFaults(judged)].map(
      ({ message }) => `${what} of this cluster: ${message}`,
    ),
  ];
}
