/** A ticket where the role asks for one, in the form that the catalog knows; and where it says so, one that its own system calls open, theirs, approved and due. */
import { aliasOf } from '../../asks/asker.ts';
import type { TicketSystem } from '../../catalog-ticketing.ts';
import { windowInWords, windowOf } from '../../change-window.ts';
import { formatDuration } from '../../duration.ts';
import { msBetween } from '../../instant.ts';
import { personOf } from '../../people.ts';
import { endsAt, startsFrom } from '../../start.ts';
import { liveSourceOf, sourcesOf, type TicketFacts } from '../../ticket.ts';
import type { Finding } from '../decision.ts';
import type { Guardrail, Question } from '../guardrail.ts';

const rule = 'ticket';

export const ticket: Guardrail = (question) => {
  const { catalog, asked, role } = question;
  if (asked.ticket === undefined) {
    const needed = role?.ticketRequired === true;
    return needed
      ? [{ rule, refuse: `Role "${asked.role}" needs a ticket: add --ticket ID.`, waivable: true }]
      : [];
  }
  const { format } = catalog.tickets;
  if (format !== undefined && !new RegExp(`^(?:${format})$`, 'u').test(asked.ticket))
    return [{ rule, refuse: `"${asked.ticket}" is not a ticket: one looks like ${format}.` }];
  const wrong = wrongWith(question, asked.ticket);
  const window = windowOf(catalog, asked, question.ticket);
  if (wrong.length === 0 && window)
    return windowInWords(asked, window, question.now).map((why): Finding => ({ rule, why }));
  // An emergency doesn't wait for a ticket system; whoever looks back at it reads what was wrong.
  return wrong.map(
    (why): Finding => (asked.breakGlass ? { rule, why: `NOT CHECKED: ${why}` } : { rule, refuse: why }),
  );
};

function wrongWith(question: Question, asked: string): string[] {
  const { catalog, ticket: looked } = question;
  const live = liveSourceOf(catalog, asked);
  if (!live)
    return isLooseEnd(question, asked)
      ? [`No ticket system of the catalog knows tickets like ${asked}.`]
      : [];
  const { name, source } = live;
  if (!looked || looked.source !== name || 'unreachable' in looked)
    return [
      `Ticket ${asked} could not be looked at, because ${name} did not answer as it should. Ask again later.`,
    ];
  if ('absent' in looked) return [`There is no ticket ${asked} in ${name}.`];
  const { facts } = looked;
  const { assignedToRequester, approvedStates, changeWindow } = source.live ?? {};
  return [
    ...(facts.open
      ? []
      : [`Ticket ${asked} is not open: it is ${facts.states.join(', ') || 'closed'} in ${name}.`]),
    ...(assignedToRequester && !isTheirs(question, source.kind, facts)
      ? [`Ticket ${asked} is not assigned to you in ${name}: have it assigned to you, and ask again.`]
      : []),
    ...(approvedStates && !isIn(facts, approvedStates)
      ? [
          `Ticket ${asked} is ${facts.states.join(', ')} in ${name}; it has to be ${approvedStates.join(' or ')}.`,
        ]
      : []),
    ...(changeWindow ? outside(question, asked, facts) : []),
  ];
}

/** Where some tickets are looked at, one that is nobody's would be a way around that. */
function isLooseEnd({ catalog }: Question, asked: string): boolean {
  const some = Object.values(catalog.ticketing.sources).some(({ live }) => live !== undefined);
  return some && sourcesOf(catalog, asked).length === 0;
}

/** Only a person whose identity is sure has a record to compare; names that callers choose never count. */
function isTheirs({ catalog, requester }: Question, kind: TicketSystem, { assignees }: TicketFacts): boolean {
  const { person } = requester;
  const names = assignees.flatMap((name) => [name, aliasOf(kind, name)]);
  return person !== undefined && names.some((name) => personOf(catalog.people, name) === person);
}

function isIn({ states }: TicketFacts, wanted: readonly string[]): boolean {
  return states.some((state) => wanted.some((one) => one.toLowerCase() === state.toLowerCase()));
}

function outside({ asked, now }: Question, name: string, { window }: TicketFacts): string[] {
  if (!window) return [`Ticket ${name} has no planned start and end.`];
  const start = startsFrom(asked, now);
  if (start < window.from)
    return [`The change of ticket ${name} begins at ${window.from}: ask for that with --at.`];
  if (start >= window.to) return [`The change of ticket ${name} was to end at ${window.to}.`];
  if (endsAt(asked, now) <= window.to) return [];
  const left = Math.floor(msBetween(start, window.to) / 1000);
  return [`The change of ticket ${name} is to end at ${window.to}: ask for at most ${formatDuration(left)}.`];
}
