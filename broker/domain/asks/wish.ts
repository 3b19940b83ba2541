/** Wish: what a ticket asks for, from its command, label or fields to a submission like that of anybody who signs; by the catalog and nothing else. */
import type * as z from 'zod';
import type { Asks } from '../catalog-asks.ts';
import { listed } from '../catalog-lookup.ts';
import { formatDuration } from '../duration.ts';
import { type Submission, submissionSchema } from '../request.ts';
import type { Said } from '../webhooks/said.ts';
import { isCommand, keyOf, readCommand } from './command.ts';

/** As it was written. */
export interface Wish {
  role?: string;
  namespaces?: string[];
  duration?: string;
  cluster?: string;
  allow?: string[];
  startsAt?: string;
  reason?: string;
}

/** Why nothing is asked for, in words for the ticket: safe to show to whoever reads it. */
export interface Unasked {
  fault: string;
}

/** What is asked by what somebody did; undefined where it asks for nothing. */
export function submissionOf(
  { ticket, summary, way }: Pick<Said, 'ticket' | 'summary' | 'way'>,
  asks: Asks,
): Submission | Unasked | undefined {
  const wish = wishOf(way, asks);
  if (!wish || 'fault' in wish) return wish;
  const { cluster = asks.defaults.cluster, duration = written(asks.defaults.duration), reason } = wish;
  const { role, namespaces, allow, startsAt } = wish;
  for (const [key, value] of Object.entries({ role, ns: namespaces, cluster, for: duration }))
    if (value === undefined) return { fault: `It isn't said what ${key} is to be.` };
  // Before its form is judged: what can't be asked for here is nobody's to try out.
  if (!asks.roles.includes(role ?? ''))
    return { fault: 'The role is none that can be asked for by a ticket here.' };
  const parsed = submissionSchema.safeParse({
    ...{ role, namespaces, cluster, duration, ticket },
    reason: reason ?? reasonOf(ticket, summary),
    ...(allow === undefined ? {} : { allow }),
    ...(startsAt === undefined ? {} : { startsAt }),
  });
  return parsed.success ? parsed.data : { fault: inWords(parsed.error) };
}

function wishOf(way: Said['way'], asks: Asks): Wish | Unasked | undefined {
  if ('comment' in way) return asks.command && isCommand(way.comment) ? readCommand(way.comment) : undefined;
  if ('labels' in way) return labelWish(way.labels, asks);
  const { namespaces, ...rest } = way.fields;
  return {
    ...rest,
    ...(namespaces === undefined
      ? {}
      : { namespaces: namespaces.split(/[,\s]+/).filter((one) => one !== '') }),
  };
}

function labelWish(labels: readonly string[], asks: Asks): Wish | Unasked | undefined {
  const known = labels.flatMap((label) => listed(asks.labels, label) ?? []);
  const [first, ...others] = known;
  if (!first) return undefined;
  // Which of them was meant is a guess.
  if (others.length > 0)
    return { fault: 'Several labels that ask were put on at once: one asks for one thing.' };
  const { role, namespaces, cluster, duration } = first;
  return {
    role,
    namespaces,
    ...(cluster === undefined ? {} : { cluster }),
    ...(duration === undefined ? {} : { duration: formatDuration(duration) }),
  };
}

const written = (seconds: number | undefined) =>
  seconds === undefined ? undefined : formatDuration(seconds);

const longestReason = 200;

/** Free text of whoever wrote the ticket: shown as such, and never more than that. */
function reasonOf(ticket: string, summary: string | undefined): string {
  const plain = (summary ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return plain === ''
    ? `Asked for in ${ticket}`
    : `${ticket}: ${[...plain].slice(0, longestReason).join('')}`;
}

function inWords({ issues }: z.ZodError): string {
  const all = issues.map(({ path, message }) => `${keyOf(String(path[0] ?? ''))}: ${message}`);
  return [...new Set(all)].join(' ');
}
