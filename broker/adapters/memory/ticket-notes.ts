/** What ticket systems have told, in memory. */
import { digestOf } from '#domain/digest.ts';
import type { Instant } from '#domain/instant.ts';
import type { TicketNote } from '#domain/ticket-ask.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import type { ClosedTicket, TakenDelivery, TicketNotes } from '#ports';
import { copyOf } from './copy.ts';

const askHash = ({ source, ticket, id }: TicketNote): string => digestOf([source, ticket, id]);
const hashOf = ({ source, key }: TakenDelivery): string => digestOf([source, key]);

export class MemoryTicketNotes implements TicketNotes {
  readonly taken = new Set<string>();
  readonly noted = new Map<string, Closing>();
  readonly notedAsks = new Map<string, TicketNote>();
  readonly #closed = new Map<string, Instant>();

  async wasTaken(delivery: TakenDelivery): Promise<boolean> {
    return this.taken.has(hashOf(delivery));
  }

  async keepTaken(delivery: TakenDelivery): Promise<void> {
    this.taken.add(hashOf(delivery));
  }

  async noteClosing(closing: Closing): Promise<void> {
    this.noted.set(hashOf(closing), copyOf(closing));
  }

  async closings(): Promise<Closing[]> {
    return copyOf([...this.noted.values()]);
  }

  async closingDone(closing: Closing): Promise<void> {
    this.noted.delete(hashOf(closing));
  }

  async keepClosed({ source, ticket, at }: ClosedTicket): Promise<void> {
    const key = digestOf([source, ticket]);
    const known = this.#closed.get(key);
    if (known === undefined || known < at) this.#closed.set(key, at);
  }

  async closedAt({ source, ticket }: Omit<ClosedTicket, 'at'>): Promise<Instant | undefined> {
    return this.#closed.get(digestOf([source, ticket]));
  }

  async noteAsk(ask: TicketNote): Promise<void> {
    this.notedAsks.set(askHash(ask), copyOf(ask));
  }

  async asks(): Promise<TicketNote[]> {
    return copyOf([...this.notedAsks.values()]);
  }

  async askDone(ask: TicketNote): Promise<void> {
    this.notedAsks.delete(askHash(ask));
  }
}
