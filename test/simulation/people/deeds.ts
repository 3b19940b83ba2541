/** What people did in a history, kept apart from Curfew's records: what the invariants hold Curfew against. */
import type { Name } from './cast.ts';

export interface Deed {
  at: number;
  by: Name;
  what: 'approve' | 'deny' | 'end' | 'withdraw';
  requestId: string;
  /** Whether the answer said that it worked; otherwise it may have. */
  answered: boolean;
}

export interface Sabotage {
  at: number;
  what: 'binding' | 'entry' | 'identity';
  /** `namespace/name`, or principal ARN. */
  of: string;
}

export class Deeds {
  readonly done: Deed[] = [];
  readonly sabotage: Sabotage[] = [];

  try(deed: Omit<Deed, 'answered'>): Deed {
    const kept = { ...deed, answered: false };
    this.done.push(kept);
    return kept;
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

  spoil(sabotage: Sabotage): void {
    this.sabotage.push(sabotage);
  }

  spoiled(what: Sabotage['what'], of: string): boolean {
    return this.sabotage.some((each) => each.what === what && each.of === of);
  }
}
