/** Access only at the hours that the role is for: it has to start and to end within them. */

import { formatDuration } from '../../duration.ts';
import { type Instant, msBetween } from '../../instant.ts';
import type { Asked } from '../../request.ts';
import { endsAt, startsFrom } from '../../start.ts';
import type { Finding } from '../decision.ts';
import type { Guardrail } from '../guardrail.ts';
import { type Hours, hoursInWords, openUntil } from '../hours.ts';

export const hours: Guardrail = ({ asked, role, now }) =>
  role?.hours ? outsideOf(role.hours, { rule: 'hours', what: `Role "${asked.role}"`, asked, now }) : [];

interface Wanted {
  rule: string;
  what: string;
  asked: Pick<Asked, 'startsAt' | 'durationSeconds'>;
  now: Instant;
}

/** What of a request lies outside of some hours. */
export function outsideOf(open: Hours, { rule, what, asked, now }: Wanted): Finding[] {
  const start = startsFrom(asked, now);
  const until = openUntil(open, start);
  const when = hoursInWords(open);
  const refuse = (reason: string): Finding[] => [{ rule, refuse: reason, waivable: true }];
  if (until === undefined)
    return refuse(`${what} is for ${when} only. Ask for a start at such a time: --at.`);
  if (endsAt(asked, now) <= until) return [];
  const left = Math.floor(msBetween(start, until) / 1000);
  return refuse(`${what} is for ${when} only: ask for at most ${formatDuration(left)}.`);
}
