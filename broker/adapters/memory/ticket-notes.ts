/** What ticket systems have told, in memory. */
import { digestOf } from '#domain/digest.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import type { TakenDelivery, TicketNotes } from '#ports';
import { copyOf } from './copy.ts';

const hashOf = ({ source, key }: TakenDelivery): string => digestOf([source, key]);

export class MemoryTicketNotes implements TicketNotes {
  readonly taken = new Set<string>();
  readonly noted = new Map<string, Closing>();

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
}
