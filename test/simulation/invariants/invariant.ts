/** An invariant: a name, what it says in one line, and how a breach is found in what was observed. */
import type { Cloud } from '../cloud/cloud.ts';
import type { Deeds } from '../people/deeds.ts';
import type { Mishaps } from '../people/mishaps.ts';
import type { Evidence } from './evidence.ts';
import type { Right } from './observe.ts';

export interface Seen {
  cloud: Cloud;
  now: number;
  rights: readonly Right[];
  evidence: Evidence;
  deeds: Deeds;
  mishaps: Mishaps;
  /** Whether anything went wrong so far: a fault of a call, a mishap, clocks that differ. */
  faultless: boolean;
  /** Instant in milliseconds of the last fault; -Infinity without one. */
  lastFault: number;
  skewMs: number;
}

export interface Invariant {
  name: string;
  says: string;
  /** The breach in words, or undefined. */
  breach(seen: Seen): string | undefined;
}

export class Broken extends Error {
  readonly invariant: Invariant;
  constructor(invariant: Invariant, words: string) {
    super(words);
    this.invariant = invariant;
  }
}
