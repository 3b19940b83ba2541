/** What a reviewer is told of a start that was asked for: when it is, what it continues, and what each answer means. */
import { type Instant, msBetween } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { endsAt } from '#domain/start.ts';
import { durationInWords, instantInWords, spanInWords } from './instant-in-words.ts';

export interface StartInWords {
  /** What is asked for: `asks for` or `asks to keep`. */
  asks: string;
  /** End of the headline: `for 30 minutes, from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC`. */
  howLong: string;
  /** Facts about its time, as label and value. */
  rows: (readonly [label: string, value: string])[];
  /** What happens when nobody answers. */
  noAnswer: string;
}

type Timed = Pick<AccessRequest, 'asked' | 'firstStart' | 'createdAt'>;

export function startInWords(request: Timed): StartInWords {
  const { asked, firstStart } = request;
  const length = durationInWords(asked.durationSeconds);
  if (asked.startsAt === undefined)
    return {
      asks: 'asks for',
      howLong: `for ${length}`,
      rows: [['How long', `${length}, then it ends by itself`]],
      noAnswer: 'No answer means no access.',
    };
  const end = endsAt(asked, asked.startsAt);
  const span = spanInWords(asked.startsAt, end);
  if (asked.extends === undefined)
    return {
      asks: 'asks for',
      howLong: `for ${length}, ${span}`,
      rows: [
        ['When', `${span}, then it ends by itself. Approved later, it starts later and ends all the same.`],
        ['How long', length],
      ],
      noAnswer: 'No answer means no access.',
    };
  return {
    asks: 'asks to keep',
    howLong: `for ${length} more, ${span}`,
    rows: [
      ['When', `${span}, then it ends by itself`],
      ['How long', `${length} more${firstStart ? `, ${inAll(firstStart, end)} in all` : ''}`],
      ['Continues', `the grant ${asked.extends}`],
      ...(firstStart ? [['Has access since', instantInWords(firstStart)] as const] : []),
    ],
    noAnswer: `No answer means that the access they have ends as it was given: ${instantInWords(asked.startsAt)}.`,
  };
}

/** In whole minutes where it is long, and never less than it is. */
function inAll(first: Instant, end: Instant): string {
  const minutes = msBetween(first, end) / 60_000;
  return durationInWords(60 * (minutes < 5 ? minutes : Math.ceil(minutes)));
}
