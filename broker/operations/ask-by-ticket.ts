/** Asks for what tickets ask for: once each, and never for a ticket that was closed since. What can't be done now stays noted. */

import { digestOf } from '#domain/digest.ts';
import { CurfewError, RecordChanged, RequestRefused, Unavailable } from '#domain/errors.ts';
import type { AccessRequest } from '#domain/request.ts';
import {
  isRefused,
  isTimely,
  type RefusedAsk,
  refusedAsk,
  type TicketAsk,
  type TicketNote,
} from '#domain/ticket-ask.ts';
import { actorOf, closingReason, endNow } from '#domain/ticket-closing.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { endEarly } from './end-early.ts';
import { askedOf } from './judge-submission.ts';
import { replyToTicket } from './reply-to-ticket.ts';
import { submitFor } from './submit-for.ts';
import type { SubmitNeeds } from './submit-request.ts';

type Needs = SubmitNeeds & Pick<World, 'ticketNotes' | 'eventBus'>;

const together = 4;

export interface Followed {
  /** Ids of the requests that were made. */
  asked: string[];
  /** Why nothing was asked for, for the tickets. */
  refused: RefusedAsk[];
  /** Still noted; the sweep has them tried again. */
  failed: { ask: Pick<TicketAsk, 'source' | 'ticket' | 'id'>; error: unknown }[];
}

/** All that is noted. */
export async function askByTicket(world: Needs): Promise<Followed> {
  const followed: Followed = { asked: [], refused: [], failed: [] };
  const notes = await world.ticketNotes.asks();
  // What one person asks for counts against what they asked for before: one after the other.
  const byPerson = Object.values(Object.groupBy(notes, (note) => (isRefused(note) ? '' : note.person)));
  await atMost(together, byPerson, async (theirs = []) => {
    for (const note of theirs) await followOne(world, note, followed);
  });
  return followed;
}

async function followOne(world: Needs, note: TicketNote, followed: Followed): Promise<void> {
  try {
    const came = await follow(world, note);
    if (came && 'text' in came) {
      await tell(world, came);
      followed.refused.push(came);
    } else if (came) followed.asked.push(came.id);
    await world.ticketNotes.askDone(note, world.clock.now());
  } catch (error) {
    const { source, ticket, id } = note;
    followed.failed.push({ ask: { source, ticket, id }, error });
  }
}

/** Where its source has comments. */
async function tell(world: Needs, { source, ticket, id, text }: RefusedAsk): Promise<void> {
  await replyToTicket(world, { source, ticket, text, cause: id });
}

async function follow(world: Needs, ask: TicketNote): Promise<AccessRequest | RefusedAsk | undefined> {
  if (isRefused(ask)) return ask;
  if (!isTimely(ask.at, world.clock.now())) return refusedAsk(ask, 'It took too long. Ask again.');
  if (await isClosedSince(world, ask)) return refusedAsk(ask, 'The ticket was closed since.');
  const request = await submit(world, ask);
  if (!request || 'text' in request) return request;
  // Whoever told of the end meanwhile may have looked for requests of this ticket before this one was there.
  if (!(await isClosedSince(world, ask))) return request;
  const wish = { by: actorOf(ask.source), reason: closingReason(ask) };
  return endEarly(world, request.id, wish, (before) => endNow(before, wish, world.clock.now()));
}

async function isClosedSince(world: Needs, { source, ticket, at }: TicketAsk): Promise<boolean> {
  const closedAt = await world.ticketNotes.closedAt({ source, ticket });
  return closedAt !== undefined && closedAt >= at;
}

async function submit(world: Needs, ask: TicketAsk): Promise<AccessRequest | RefusedAsk | undefined> {
  const { source, ticket, id, person, user, submission } = ask;
  try {
    const { request } = await submitFor(world, {
      person,
      by: { kind: 'ticket', source, ticket, user },
      asked: askedOf(submission),
      idempotencyKey: digestOf([ticket, id]),
    });
    return request;
  } catch (error) {
    if (!(error instanceof CurfewError) || error instanceof Unavailable || error instanceof RecordChanged)
      throw error;
    // What is on record is told from there.
    const recorded = error instanceof RequestRefused && error.details.requestId !== undefined;
    return recorded ? undefined : refusedAsk(ask, error.message);
  }
}
