/** Tickets: once a closing was taken, nothing that was asked for before it goes on; none is ended for a ticket that nobody closed; none begins on a closed one that is looked at. */
import type { AccessRequest } from '#domain/request.ts';
import { type ClosingDeed, isClosedAllAlong } from '../people/deeds.ts';
import { lookedAt } from '../people/tickets.ts';
import { describe, earlyMs, foreign, healedMs, patienceMs, sweepMs } from './access.ts';
import { isExcused } from './by-hand.ts';
import type { Invariant, Seen } from './invariant.ts';

/** Of EndGrant and what comes before it: each record is ended by its own calls. */
const eachMs = 2_000;
/** OpenGrant looks, and then takes so long at most until the grant is written. */
const openingMs = 35_000;

/** The first closing that was taken and has to end a request; undefined where none has. */
function closedFor({ deeds }: Seen, id: string, ticket: string | undefined): ClosingDeed | undefined {
  return deeds.closings.find((closing) => closing.ticket === ticket && closing.about.has(id));
}

function latestOf({ faultless, lastFault, skewMs }: Seen, { takenAt }: ClosingDeed): number {
  if (faultless) return takenAt + earlyMs + eachMs;
  return Math.max(takenAt, lastFault) + healedMs + patienceMs + sweepMs + eachMs + skewMs;
}

export const closedEnds: Invariant = {
  name: 'a closed ticket ends what was given for it',
  says: 'Once the closing of a ticket was taken, whatever was on record before it is gone within seconds, or soon after the last fault.',
  breach: (seen) => {
    if (seen.deeds.closings.length === 0) return undefined;
    for (const right of seen.rights) {
      const grant = seen.evidence.all.get(right.requestId);
      if (!grant || foreign(seen, right) || isExcused(seen, right)) continue;
      const closing = closedFor(seen, grant.id, grant.asked.ticket);
      const late = closing ? seen.now - latestOf(seen, closing) : 0;
      if (late > 0 && !seen.deeds.spoiled('binding', right.binding))
        return `${describe(right)}, ${late} ms past the latest instant that its closed ticket allows`;
    }
    return undefined;
  },
};

const goesOn = ({ status, endRequested }: AccessRequest) =>
  ['pending', 'approved', 'scheduled'].includes(status) ||
  (['granting', 'active'].includes(status) && endRequested === undefined);

export const closedIsOver: Invariant = {
  name: 'nothing waits for a closed ticket',
  says: 'Once the closing of a ticket was taken, no request that was on record before it waits for reviews, its start or its end.',
  breach: (seen) => {
    if (seen.deeds.closings.length === 0) return undefined;
    for (const request of seen.cloud.twins.records.requests.values()) {
      if (!goesOn(request)) continue;
      const closing = closedFor(seen, request.id, request.asked.ticket);
      const late = closing ? seen.now - latestOf(seen, closing) : 0;
      if (late > 0)
        return `${request.id} is ${request.status}, ${late} ms too long after ${closing?.ticket} was closed`;
    }
    return undefined;
  },
};

export const onlyItsTicket: Invariant = {
  name: 'only its ticket',
  says: 'What was ended for a closed ticket carries that ticket, and somebody had closed it.',
  breach: ({ cloud, deeds }) => {
    for (const { id, asked, history, endRequested } of cloud.twins.records.requests.values()) {
      const by = endRequested?.by ?? history.at(-1)?.by ?? '';
      if (!by.startsWith('ticket:')) continue;
      if (!deeds.tickets.some(({ ticket, open }) => ticket === asked.ticket && !open))
        return `${id} was ended by ${by}, but nobody closed ${asked.ticket}`;
    }
    return undefined;
  },
};

export const noneOnClosed: Invariant = {
  name: 'none on a closed ticket',
  says: 'No grant is opened for a ticket that is looked at and was closed all along, but by break-glass.',
  breach: ({ evidence, deeds, skewMs }) => {
    if (deeds.tickets.length === 0) return undefined;
    for (const { id, asked, grant } of evidence.all.values()) {
      if (!grant || asked.ticket !== lookedAt || asked.breakGlass) continue;
      const opened = Date.parse(grant.openedAt);
      if (isClosedAllAlong(deeds.tickets, lookedAt, opened - openingMs - skewMs, opened + skewMs))
        return `grant ${id} was opened for ${lookedAt}, which was closed`;
    }
    return undefined;
  },
};
