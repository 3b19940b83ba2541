/** What is left of all findings where one of them waives: the only way in which a rule can loosen, and it has to be named. */
import type { Finding } from './decision.ts';

export interface Waived {
  left: Finding[];
  /** Rules of which something was set aside. */
  waived: string[];
}

export function waive(findings: readonly Finding[]): Waived {
  if (!findings.some(({ waives }) => waives)) return { left: [...findings], waived: [] };
  const aside = findings.filter(({ waivable }) => waivable);
  return {
    left: findings.filter(({ waivable }) => !waivable),
    waived: [...new Set(aside.filter(asksForSomething).map(({ rule }) => rule))],
  };
}

function asksForSomething({ refuse, reviews = [] }: Finding): boolean {
  return refuse !== undefined || reviews.some(({ count }) => count > 0);
}
