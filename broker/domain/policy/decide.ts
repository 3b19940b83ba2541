/** Decides on one submission: all guardrails look at it, and so do the catalog's and the organisation's rules. Used at submission and again at grant. */
import { listed } from '../catalog-lookup.ts';
import { durationInLine } from '../start.ts';
import { combine } from './combine.ts';
import type { Decision, Finding } from './decision.ts';
import type { Guardrail, Question } from './guardrail.ts';
import { breakGlass } from './guardrails/break-glass.ts';
import { cluster } from './guardrails/cluster.ts';
import { concurrency } from './guardrails/concurrency.ts';
import { duration } from './guardrails/duration.ts';
import { duties } from './guardrails/duties.ts';
import { environment } from './guardrails/environment.ts';
import { foreignRole } from './guardrails/foreign-role.ts';
import { hours } from './guardrails/hours.ts';
import { killSwitch } from './guardrails/kill-switch.ts';
import { namespaces } from './guardrails/namespaces.ts';
import { onBehalf } from './guardrails/on-behalf.ts';
import { rate } from './guardrails/rate.ts';
import { unmeetable } from './guardrails/reviewers.ts';
import { role } from './guardrails/role.ts';
import { start } from './guardrails/start.ts';
import { task } from './guardrails/task.ts';
import { ticket } from './guardrails/ticket.ts';
import { workloads } from './guardrails/workloads.ts';
import { riskFindings, riskOf } from './risk.ts';
import { waive } from './waive.ts';

const guardrails: readonly Guardrail[] = [
  ...[killSwitch, cluster, role, foreignRole, task, namespaces, duration, start, hours, ticket],
  ...[environment, workloads, duties, concurrency, rate, breakGlass, onBehalf],
];

export function decide(question: Omit<Question, 'role'>): Decision {
  const { roles } = question.catalog;
  const found = listed(roles, question.asked.role);
  const full: Question = found ? { ...question, role: found } : question;
  const risk = riskOf(full);
  const findings: Finding[] = [
    ...guardrails.flatMap((guardrail) => guardrail(full)),
    ...question.organisation,
    ...riskFindings(full, risk),
  ];
  const all = [...findings, ...unmeetable(full, waive(findings).left)];
  return combine(all, risk, durationInLine(question.asked, question.firstStart));
}
