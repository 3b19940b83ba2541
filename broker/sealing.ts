/** What the sealer of the log needs from the world. Part of the ports. */
import type { Checkpoint, LogHead, SignedCheckpoint } from '#domain/audit-log/log-objects.ts';
import type { Seal } from '#domain/audit-log/sealing.ts';

export interface LogState {
  /** 0 before the first write. */
  version: number;
  head: LogHead;
  /** Decided, and not yet carried out as far as anybody knows. */
  pending?: Seal;
}

/** An event as it is kept, and how far it has come. */
export interface KeptEvent {
  requestId: string;
  seq: number;
  /** Byte for byte what is in the locked bucket, once it is shipped. */
  text: string;
  shipped: boolean;
  sealed: boolean;
}

/** Which events wait for a leaf of the log, and how far it is sealed. */
export interface AuditLog {
  /** Consistent. */
  read(): Promise<LogState>;
  /** In place of the version before; RecordChanged when that isn't the one that stands. */
  save(state: LogState): Promise<void>;
  /** Requests, kill orders and passkeys with events that are in the locked bucket and have no leaf; eventually consistent. */
  unsealed(limit: number): Promise<string[]>;
  /** Events of one of them in order; consistent. */
  events(requestId: string): Promise<KeptEvent[]>;
  /** Fine if it is marked. */
  markSealed(event: Pick<KeptEvent, 'requestId' | 'seq'>, leaf: number): Promise<void>;
}

/** The locked bucket, as the log's own objects go into it. */
export interface LogStore {
  /** Create-only; fine if the same text is there, StillStanding if another one is. */
  create(key: string, text: string): Promise<void>;
}

export interface CheckpointSigner {
  /** SHA-256 of the public key. */
  key(): Promise<string>;
  sign(checkpoint: Checkpoint): Promise<SignedCheckpoint>;
}

export interface Sealing {
  auditLog: AuditLog;
  logStore: LogStore;
  checkpointSigner: CheckpointSigner;
  /** Out of the account's reach: gets each checkpoint too. */
  outside?: LogStore;
}
