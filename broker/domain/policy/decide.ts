/** Decides on one submission: all guardrails look at it; any finding refuses. Used at submission and again at grant. */
import type { Decision } from './decision.ts';
import type { Guardrail, Question } from './guardrail.ts';
import { cluster } from './guardrails/cluster.ts';
import { duration } from './guardrails/duration.ts';
import { namespaces } from './guardrails/namespaces.ts';
import { reviewers } from './guardrails/reviewers.ts';
import { role } from './guardrails/role.ts';
import { start } from './guardrails/start.ts';
import { ticket } from './guardrails/ticket.ts';

const guardrails: readonly Guardrail[] = [cluster, role, namespaces, duration, start, ticket, reviewers];

export function decide(question: Omit<Question, 'role'>): Decision {
  const { roles } = question.catalog;
  const found = Object.hasOwn(roles, question.asked.role) ? roles[question.asked.role] : undefined;
  const full: Question = found ? { ...question, role: found } : question;
  const findings = guardrails.flatMap((guardrail) => guardrail(full));
  if (findings.length > 0 || !found) {
    const matched = [...new Set(findings.map((f) => f.rule))];
    return { outcome: 'refuse', reasons: findings.map((f) => f.reason), matched, reviewsNeeded: 0 };
  }
  const reviewsNeeded = found.reviews.required;
  const matched = [`role:${question.asked.role}`];
  return { outcome: reviewsNeeded === 0 ? 'approve' : 'review', reasons: [], matched, reviewsNeeded };
}
