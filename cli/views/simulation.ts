/** What would become of a request, for the one who thinks about making it. */
import { formatDuration } from '#domain/duration.ts';
import { rulesInWords } from '#domain/rules-in-words.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { SimulationView } from '#http/routes/simulate.ts';
import { pairs } from '../terminal/table.ts';
import { capRow, reasonRows, reviewRows, riskRows, rows } from './decision.ts';
import { roleInWords, what, whoGetsIn } from './words.ts';

const outcomes = {
  approve: 'It would be granted at once.',
  review: 'It would be asked of its reviewers.',
  refuse: 'It would be refused.',
} as const;

export function simulationSummary(simulation: SimulationView): string[] {
  const { asked, decision, resolved, reviewers } = simulation;
  return [
    `${outcomes[decision.outcome]} Nothing was asked for.`,
    ...pairs([
      ['Asks for', `${what(simulation)}, for ${formatDuration(asked.durationSeconds)}`],
      ['Access for', whoGetsIn(simulation)],
      ['Role', roleInWords(simulation)],
      ...rows('Allows', rulesInWords(grantedRules(resolved))),
      ...reasonRows(decision),
      ...reviewRows(decision, reviewers),
      capRow(decision),
      ...riskRows(decision),
      ['Set aside', decision.waived?.join(', ')],
      ['Rules', decision.matched.join(', ') || undefined],
    ]),
  ];
}
