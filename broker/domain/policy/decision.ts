/** Policy's answer as data: refused by default, with reasons; guardrails add findings, never a bare boolean. */

export interface Finding {
  /** Name of the guardrail, which is the name of its file. */
  rule: string;
  effect: 'refuse';
  /** What is wrong and what to ask for instead. */
  reason: string;
}

export interface Decision {
  outcome: 'review' | 'approve' | 'refuse';
  /** Reasons of a refusal; empty otherwise. */
  reasons: string[];
  /** Rules that decided, by name; `role:<name>` where the catalog's role asks for no review. */
  matched: string[];
  reviewsNeeded: number;
}
