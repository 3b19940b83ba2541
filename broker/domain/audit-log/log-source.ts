/** Where a verifier reads a log from: the locked bucket itself, or a copy of it. */
import type { Instant } from '../instant.ts';

export interface ListedObject {
  key: string;
  /** A delete marker lies over it. */
  hidden: boolean;
  /** When the store took it, by the store's own clock; undefined where the copy doesn't say. */
  stored?: Instant;
}

export interface ReadObject {
  text: string;
  /** Whether its lock holds against deleting; undefined where the copy doesn't say. */
  locked?: boolean;
}

export interface LogSource {
  /** All keys that begin with `prefix`, in the order of their text. */
  list(prefix: string): AsyncIterable<ListedObject>;
  /** Also of what lies under a delete marker; undefined when there is nothing. */
  read(key: string): Promise<ReadObject | undefined>;
}
