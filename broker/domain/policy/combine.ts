/** From what all rules found to one decision: any refusal refuses, every need has to be met, the shortest cap and the strongest assurance hold. */
import { formatDuration } from '../duration.ts';
import { type Assurance, assurances, type Decision, type Finding, type Risk } from './decision.ts';
import { fewest } from './review-needs.ts';
import { waive } from './waive.ts';

/**
 * Adding a finding never loosens: the outcome, needs, cap and assurance can only get stricter. The one exception has a name: a
 * finding that `waives` sets aside those that are `waivable`, and the decision says which. `wantedSeconds`: how long it would
 * last, counted from its first start.
 */
export function combine(all: readonly Finding[], risk: Risk, wantedSeconds: number): Decision {
  const { left: findings, waived } = waive(all);
  const capSeconds = capOf(findings);
  const tooLong = capSeconds !== undefined && wantedSeconds > capSeconds;
  const found = tooLong
    ? [...findings, ...findings.filter((f) => f.capSeconds === capSeconds).map(shorter)]
    : findings;
  const refusals = found.filter((finding) => finding.refuse !== undefined);
  const matched = (some: readonly Finding[]) => [...new Set(some.map(({ rule }) => rule))];
  const base = {
    assurance: strongest(findings),
    risk,
    ...(capSeconds === undefined ? {} : { capSeconds }),
    ...(waived.length === 0 ? {} : { waived }),
  };
  if (refusals.length > 0) {
    const reasons = [...new Set(refusals.flatMap(({ refuse }) => refuse ?? []))];
    return { ...base, outcome: 'refuse', reasons, matched: matched(refusals), reviews: [], reviewsNeeded: 0 };
  }
  const reviews = needsByRule(findings);
  return {
    ...base,
    outcome: reviews.length > 0 ? 'review' : 'approve',
    reasons: [...new Set(findings.flatMap(({ why }) => why ?? []))],
    matched: matched(findings),
    reviews,
    reviewsNeeded: Math.max(0, ...reviews.map(({ needs }) => fewest(needs))),
  };
}

function needsByRule(findings: readonly Finding[]): Decision['reviews'] {
  const byRule = Map.groupBy(findings, ({ rule }) => rule);
  return [...byRule].flatMap(([rule, some]) => {
    const needs = some.flatMap((finding) => finding.reviews ?? []).filter(({ count }) => count > 0);
    return needs.length > 0 ? [{ rule, needs }] : [];
  });
}

function capOf(findings: readonly Finding[]): number | undefined {
  const caps = findings.flatMap((finding) => finding.capSeconds ?? []);
  return caps.length > 0 ? Math.min(...caps) : undefined;
}

function shorter({ rule, capSeconds = 0, why, tooLong = why }: Finding): Finding {
  return {
    rule,
    refuse: `Ask for at most ${formatDuration(capSeconds)}${tooLong === undefined ? '.' : `: ${tooLong}`}`,
  };
}

function strongest(findings: readonly Finding[]): Assurance {
  const rank = (assurance: Assurance) => assurances.indexOf(assurance);
  return findings
    .flatMap(({ assurance }) => assurance ?? [])
    .reduce((most, one) => (rank(one) > rank(most) ? one : most), assurances[0]);
}
