/** Policy's answer as data: refused by default, with reasons; every rule adds findings, never a bare boolean. */
import type { ReviewNeed } from './review-needs.ts';

/** Weakest first: holder of the mailed link; their own IAM signature; a passkey that signed the request's digest. */
export const assurances = ['link', 'signed', 'passkey'] as const;
export type Assurance = (typeof assurances)[number];

export const factorNames = [
  'changes',
  'breadth',
  'production',
  'off-hours',
  'first-time',
  'no-ticket',
  'long-duration',
  'recent-denials',
  'new-network',
  'break-glass',
] as const;
export type FactorName = (typeof factorNames)[number];

export interface RiskFactor {
  name: FactorName;
  points: number;
  /** For the reviewer, in words. */
  why: string;
}

export const highestRisk = 100;

export interface Risk {
  /** 0 to 100. */
  score: number;
  /** Those that counted. */
  factors: RiskFactor[];
}

/** What one rule has to say about a request. Any of them can refuse or tighten; only one that `waives` can loosen, and only what is `waivable`. */
export interface Finding {
  /** Name of the guardrail, which is the name of its file; `role:<name>`, `environment:<name>`, `organisation` where the catalog or Rego says so. */
  rule: string;
  /** What is wrong and what to ask for instead. Refuses. */
  refuse?: string;
  /** Reviews that this rule wants: every line of them, each by other people. */
  reviews?: ReviewNeed[];
  /** The longest that this rule allows, in seconds. */
  capSeconds?: number;
  /** The least assurance of the reviews that count. */
  assurance?: Assurance;
  /** Why it tightens, in words: for whoever decides. */
  why?: string;
  /** Said in place of `why` where more than capSeconds is asked for, and nowhere else. */
  tooLong?: string;
  /** Gives way to a finding that waives: reviews, ticket and hours, which take time that an emergency hasn't got. */
  waivable?: true;
  /** Sets aside whatever is waivable. Of the guardrail `break-glass` alone. */
  waives?: true;
}

export interface Decision {
  outcome: 'review' | 'approve' | 'refuse';
  /** Why it is refused, or tightened. */
  reasons: string[];
  /** Rules that decided, by name; `role:<name>` where the catalog's role asks for no review. */
  matched: string[];
  /** Per rule that wants reviews; each of them has to be met. */
  reviews: { rule: string; needs: ReviewNeed[] }[];
  /** Rules whose demands were set aside by one that waives, which is in `matched`. */
  waived?: string[];
  /** Fewest people that can meet all of them. */
  reviewsNeeded: number;
  /** The longest it may last, in seconds. */
  capSeconds?: number;
  /** The least assurance of a review that counts. */
  assurance: Assurance;
  risk: Risk;
}
