/** What people did in a history, kept apart from Curfew's records: what the invariants hold Curfew against. */
import { type ClusterName, callers, type Name, personOf } from './cast.ts';
import type { KillTarget } from './history.ts';
import type { Ticket } from './tickets.ts';

export interface Deed {
  at: number;
  by: Name;
  what: 'approve' | 'deny' | 'end' | 'withdraw' | 'look back';
  requestId: string;
  /** Whether the answer said that it worked; otherwise it may have. */
  answered: boolean;
}

export interface Sabotage {
  at: number;
  what: 'binding' | 'entry' | 'identity';
  /** `namespace/name`, or principal ARN. */
  of: string;
  /** Whether it may give somebody a right, and not only take one away. */
  gives?: boolean;
}

/** A kill order that an operator was told is on; `liftAskedAt` is when somebody first asked for its end. */
export interface KillDeed {
  id: string;
  target: KillTarget;
  at: number;
  liftAskedAt?: number;
}

/** What became of a ticket, by whoever works on it. */
export interface TicketDeed {
  ticket: Ticket;
  open: boolean;
  at: number;
}

/** A closing that its source was told is taken. */
export interface ClosingDeed {
  ticket: Ticket;
  /** When it was closed. */
  at: number;
  takenAt: number;
  /** Requests that were on record when its source first told of it. */
  about: ReadonlySet<string>;
}

export class Deeds {
  readonly tickets: TicketDeed[] = [];
  readonly closings: ClosingDeed[] = [];
  readonly done: Deed[] = [];
  readonly sabotage: Sabotage[] = [];
  readonly kills: KillDeed[] = [];
  /** When somebody last had a ClusterRole that isn't Curfew's allow more, by the cluster's name in the catalog. */
  readonly #widened = new Map<string, number>();
  /** What anybody asked to have killed, answered or not. */
  readonly killsTried: { by: Name; target: KillTarget }[] = [];

  try(deed: Omit<Deed, 'answered'>): Deed {
    const kept = { ...deed, answered: false };
    this.done.push(kept);
    return kept;
  }

  widen(cluster: string, at: number): void {
    this.#widened.set(cluster, at);
  }

  widenedAt(cluster: string): number | undefined {
    return this.#widened.get(cluster);
  }

  approversOf(requestId: string): Name[] {
    return this.done.flatMap((deed) =>
      deed.requestId === requestId && deed.what === 'approve' ? [deed.by] : [],
    );
  }

  /** The first end that surely reached the record; undefined where none did. */
  endOf(requestId: string): number | undefined {
    return this.done.find(
      ({ what, requestId: id, answered }) => what === 'end' && id === requestId && answered,
    )?.at;
  }

  /** Whether somebody may have asked for an end. */
  mayEnd(requestId: string): boolean {
    return this.done.some(({ what, requestId: id }) => what === 'end' && id === requestId);
  }

  /** A second order of one scope is answered with the first, which somebody may be lifting. */
  kill(kill: KillDeed): void {
    const lifted = this.kills.find(({ id, liftAskedAt }) => id === kill.id && liftAskedAt !== undefined);
    this.kills.push({ ...kill, ...(lifted?.liftAskedAt ? { liftAskedAt: lifted.liftAskedAt } : {}) });
  }

  lift(id: string, at: number): void {
    for (const kill of this.kills) if (kill.id === id) kill.liftAskedAt ??= at;
  }

  closingTaken(closing: ClosingDeed): void {
    const known = this.closings.some(({ ticket, at }) => ticket === closing.ticket && at === closing.at);
    if (!known) this.closings.push(closing);
  }

  spoil(sabotage: Sabotage): void {
    this.sabotage.push(sabotage);
  }

  spoiled(what: Sabotage['what'], of: string): boolean {
    return this.sabotage.some((each) => each.what === what && each.of === of);
  }

  /** Latest instant at which somebody past Curfew made what may give a right by this binding or entry. */
  madeByHandAt(binding: string, principalArn: string): number | undefined {
    return this.sabotage.findLast(
      ({ what, of, gives }) =>
        gives && ((what === 'binding' && of === binding) || (what === 'entry' && of === principalArn)),
    )?.at;
  }
}

/** Whether a ticket was closed at one instant, and nobody opened it until another. */
export function isClosedAllAlong(
  deeds: readonly TicketDeed[],
  ticket: Ticket,
  from: number,
  until: number,
): boolean {
  const before = deeds.findLast((deed) => deed.ticket === ticket && deed.at <= from);
  const opened = deeds.some(
    (deed) => deed.ticket === ticket && deed.open && deed.at > from && deed.at <= until,
  );
  return before?.open === false && !opened;
}

/** Whether a kill order is for what somebody has on a cluster. */
export function isFor(target: KillTarget, who: Name, cluster: string): boolean {
  switch (target.kind) {
    case 'everything':
      return true;
    case 'cluster':
      return target.of === (cluster as ClusterName);
    case 'principal':
      return callers[target.of].principal.arn === callers[who].principal.arn;
    case 'person':
      return personOf(target.of) === personOf(who);
  }
}
