/** What a reviewer is told about a request, in mail and on the page alike: plain words, no markup. */
import type { Instant } from '#domain/instant.ts';
import { msBetween } from '#domain/instant.ts';
import type { AccessRequest } from '#domain/request.ts';
import { cautionsOf, joined, rulesInWords } from './rules-in-words.ts';

export interface RequestInWords {
  /** Who asks, as short as can be. */
  who: string;
  /** Whether access goes to one person or to everyone in a role. */
  whoGets: string;
  /** `alice@example.com asks for pod-reader on payments-prod for 30 minutes`. */
  headline: string;
  role: string;
  can: string[];
  cautions: string[];
  where: string;
  howLong: string;
  why: string;
  ticket: string | undefined;
  askedAt: string;
  answerBy: string;
  approvals: string;
}

const units = [
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** 5400 -> `1 hour 30 minutes`. */
export function durationInWords(totalSeconds: number): string {
  let left = Math.max(0, Math.round(totalSeconds));
  const parts = units.flatMap(([unit, size]) => {
    const n = Math.floor(left / size);
    left -= n * size;
    return n === 0 ? [] : [`${n} ${unit}${n === 1 ? '' : 's'}`];
  });
  return parts.join(' ') || '0 seconds';
}

const dates = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** `Sat, 21 Nov 2026, 15:37 UTC`: the zone is said, since a server knows no reader's. */
export function instantInWords(instant: Instant): string {
  return `${dates.format(new Date(instant))} UTC`;
}

/** `in 3 hours 58 minutes`, rounded to minutes above one; `now` when past. */
export function untilInWords(now: Instant, instant: Instant): string {
  const seconds = Math.floor(msBetween(now, instant) / 1000);
  if (seconds <= 0) return 'now';
  return `in ${durationInWords(seconds < 60 ? seconds : seconds - (seconds % 60))}`;
}

/** One line without control or invisible characters: no value can add a header, a line, or turn what follows around. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Name of a role from its ARN, without the path. */
function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** Every value is one line, whatever is on record: what people wrote was checked when it came in, and is again here. */
export function requestInWords(request: AccessRequest): RequestInWords {
  const { ticket, ...words } = inWords(request);
  const flat = (value: string | string[]) => (Array.isArray(value) ? value.map(oneLine) : oneLine(value));
  const entries = Object.entries(words).map(([name, value]) => [name, flat(value)]);
  return { ...Object.fromEntries(entries), ticket: ticket === undefined ? undefined : oneLine(ticket) };
}

function inWords(request: AccessRequest): RequestInWords {
  const { asked, requester, resolved, subject, decision, reviews } = request;
  const roleName = roleNameOf(requester.principalArn);
  const isPerson = subject.kind === 'person';
  const who = requester.person ?? `A session "${requester.sessionName}" of the IAM role ${roleName}`;
  const howLong = durationInWords(asked.durationSeconds);
  const approved = reviews.filter((review) => review.answer === 'approve').length;
  const wholeRole = `This is not one person: everyone who can use the IAM role ${roleName} gets this access.`;
  return {
    who,
    whoGets: isPerson
      ? `One person: ${subject.sessionName ?? who}, signed in through the IAM role ${roleName}`
      : `Everyone who can use the IAM role ${subject.principalArn}`,
    headline: `${who} asks for ${asked.role} on ${asked.cluster} for ${howLong}`,
    role: asked.role,
    can: rulesInWords(resolved.rules),
    cautions: [...(isPerson ? [] : [wholeRole]), ...cautionsOf(resolved.rules)],
    where: `Cluster ${asked.cluster}, ${asked.namespaces.length === 1 ? 'namespace' : 'namespaces'} ${joined(asked.namespaces)}`,
    howLong,
    why: asked.reason,
    ticket: asked.ticket,
    askedAt: instantInWords(request.createdAt),
    answerBy: instantInWords(request.reviewBy),
    approvals: `${approved} of ${decision.reviewsNeeded}`,
  };
}
