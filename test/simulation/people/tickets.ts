/** The two ticket systems of the histories: one is heard of, the other one is looked at too. What they tell comes late, twice, in disorder, or after tries in vain. */
import fc from 'fast-check';
import type { Catalog } from '#domain/catalog.ts';
import { instantOf } from '#domain/instant.ts';
import type { TicketFacts } from '#domain/ticket.ts';
import { takeTicketEvent } from '#operations/take-ticket-event.ts';
import type { Cloud } from '../cloud/cloud.ts';
import { webhookSeconds } from '../cloud/functions.ts';
import type { ClosingDeed, Deeds } from './deeds.ts';

export const heard = 'INC-1042';
export const lookedAt = 'OPS-7';
export const tickets = [heard, lookedAt] as const;
export type Ticket = (typeof tickets)[number];

const sourceNames = { [heard]: 'pager', [lookedAt]: 'desk' } as const;

/** Somebody closes a ticket or opens it again, and its system tells of it. */
export interface TicketNews {
  atSecond: number;
  ticket: Ticket;
  open: boolean;
  /** How long it is on its way. What happened later may so be told earlier. */
  lateSeconds: number;
  /** Seconds after the first time that it is sent again, though it was taken. */
  again: number[];
  /** Whether its system can't be asked for half a minute from then on. */
  down: boolean;
}

export const ticketNews: fc.Arbitrary<TicketNews> = fc.record({
  atSecond: fc.integer({ min: 1, max: 250 }),
  ticket: fc.constantFrom(...tickets),
  open: fc.constantFrom(false, false, true),
  lateSeconds: fc.oneof(
    { weight: 2, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 90 }) },
  ),
  again: fc.array(fc.integer({ min: 0, max: 120 }), { maxLength: 2 }),
  down: fc.constantFrom(false, false, false, true),
});

/** As the catalog of a platform team lists them. */
export function listTickets(catalog: Catalog): void {
  const source = { closedStates: [], comments: false, table: 'task', secretName: 'curfew/webhooks' };
  catalog.ticketing.sources = {
    pager: { ...source, kind: 'standard-webhooks', tickets: 'INC-[0-9]+' },
    desk: {
      ...source,
      kind: 'jira',
      tickets: 'OPS-[0-9]+',
      host: 'desk.example.com',
      apiSecretName: 'curfew/api',
      live: { assignedToRequester: false, changeWindow: false },
    },
  };
}

/** Which ticket somebody names, told from what they ask for, so that a seed stays the history that it was. */
export const ticketFor = (seconds: number): Ticket => (seconds % 3 === 0 ? lookedAt : heard);

const tries = 5;
const againAfterMs = 15_000;
const downMs = 30_000;

export class Desk {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  #told = 0;

  constructor(cloud: Cloud, deeds: Deeds) {
    this.#cloud = cloud;
    this.#deeds = deeds;
    for (const ticket of tickets) this.#keep(ticket, true);
  }

  #keep(ticket: Ticket, open: boolean): void {
    const facts: TicketFacts = { open, states: [open ? 'Open' : 'Done'], assignees: [] };
    this.#cloud.twins.tickets.put(sourceNames[ticket], ticket, facts);
  }

  happen({ ticket, open, lateSeconds, again, down }: TicketNews): void {
    const { scheduler, story, twins } = this.#cloud;
    const at = scheduler.now;
    story.tell(() => `${ticket} is ${open ? 'open again' : 'closed'}`);
    this.#keep(ticket, open);
    this.#deeds.tickets.push({ ticket, open, at });
    this.#told += 1;
    const key = `delivery-${this.#told}`;
    let about: ReadonlySet<string> | undefined;
    const send = () => {
      about ??= new Set(twins.records.requests.keys());
      this.#send({ ticket, closed: !open, at, key, about }, tries);
    };
    for (const seconds of [0, ...again]) scheduler.in((lateSeconds + seconds) * 1000, send);
    if (!down) return;
    const source = sourceNames[ticket];
    story.tell(() => `${source} can not be asked`);
    twins.tickets.down.add(source);
    scheduler.in(downMs, () => void twins.tickets.down.delete(source));
  }

  #send(told: Omit<ClosingDeed, 'takenAt'> & { closed: boolean; key: string }, left: number): void {
    const { scheduler, story, lambda } = this.#cloud;
    const { ticket, closed, at, key, about } = told;
    const name = sourceNames[ticket];
    story.tell(() => `${name} tells that ${ticket} was ${closed ? 'closed' : 'opened'} (${key})`);
    lambda
      .run('TakeWebhook', webhookSeconds, async (world) => {
        const source = world.catalog.ticketing.sources[name];
        if (!source) throw new Error(`No catalog of the histories is without ${name}.`);
        return takeTicketEvent(world, { name, source, key, event: { ticket, closed, at: instantOf(at) } });
      })
      .then(
        () => {
          if (closed) this.#deeds.closingTaken({ ticket, at, takenAt: scheduler.now, about });
        },
        () => {
          if (left > 1) scheduler.in(againAfterMs, () => this.#send(told, left - 1));
        },
      );
  }
}
