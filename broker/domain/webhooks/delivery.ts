/** One delivery of a webhook as it came in, and what its proof can be. */
import type { Instant } from '../instant.ts';

export interface Delivery {
  /** By their names in lower case. One that came twice is joined by a comma, and then proves nothing. */
  headers: Readonly<Record<string, string | undefined>>;
  /** Exactly the bytes that were sent. */
  body: Uint8Array;
}

export type Unproven =
  /** No signature, or none in the form that the source documents. */
  | 'unsigned'
  /** Signed by none of the live secrets. */
  | 'wrong-signature'
  /** Signed, but at another time than now. */
  | 'stale';

/** `key`: the same for every delivery of one event, and made of nothing but what is signed. */
export type Proof = { key: string } | { unproven: Unproven };

/** `secrets`: all that are live, which during a rotation are two. Without any nothing is proven. */
export type Prove = (delivery: Delivery, secrets: readonly string[], now: Instant) => Proof;

export const isProven = (proof: Proof): proof is { key: string } => 'key' in proof;

/** So far a source's clock, or the time that a delivery travels, may differ from ours. */
export const toleranceMs = 5 * 60_000;

/** Longer than any source tries again, or lets somebody send a delivery again. */
export const deliveriesKeptMs = 14 * 24 * 3_600_000;
