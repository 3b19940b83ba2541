/** Whole logs as they lie in the locked bucket, made in memory and signed with a key of their own. */
import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { keyFingerprint } from '#adapters/checkpoint-keys.ts';
import { chain, chainStart } from '#domain/audit-event.ts';
import {
  type Checkpoint,
  emptyLog,
  eventKey,
  type LogHead,
  type SignedCheckpoint,
  signedText,
} from '#domain/audit-log/log-objects.ts';
import type { ListedObject, LogSource } from '#domain/audit-log/log-source.ts';
import { draftSeal, type NewLeaf, sealOf } from '#domain/audit-log/sealing.ts';
import { canonicalJson } from '#domain/digest.ts';
import { after } from '#domain/instant.ts';

export interface LogKey {
  pem: string;
  fingerprint: string;
  sign(checkpoint: Checkpoint): SignedCheckpoint;
}

export function aLogKey(): LogKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const publicKey: KeyObject = createPublicKey(privateKey);
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: keyFingerprint(publicKey),
    sign: (checkpoint) => ({
      checkpoint,
      signature: sign('sha256', Buffer.from(signedText(checkpoint)), privateKey).toString('base64'),
    }),
  };
}

/** Whole numbers from 0 up to, not with, `below`: the same for the same seed. */
export type Dice = (below: number) => number;
export function diceOf(seed: number): Dice {
  let count = 0;
  return (below) =>
    createHash('sha256').update(`${seed}/${count++}`).digest().readUIntBE(0, 6) % Math.max(1, below);
}

const start = '2026-11-21T08:00:00.000Z';
const types = [
  'submitted',
  'reviewed',
  'approved',
  'grant-opened',
  'grant-active',
  'revoking',
  'revoked',
] as const;

export interface BuiltLog {
  key: LogKey;
  deployment: string;
  /** Text by key. */
  objects: Map<string, string>;
  head: LogHead;
  /** Text of each checkpoint, the first at 0. */
  checkpoints: SignedCheckpoint[];
  /** Each request's events so far. */
  heads: Map<string, { seq: number; hash: string; at: string }>;
  /** Next instant of this log. */
  clock: string;
}

export function beginLog(key: LogKey, deployment = 'curfew'): BuiltLog {
  return {
    key,
    deployment,
    objects: new Map(),
    head: emptyLog,
    checkpoints: [],
    heads: new Map(),
    clock: start,
  };
}

const requestIdOf = (n: number) => `01KAJ${String(n).padStart(21, '0')}`;

/** The next event of a request, stored and not sealed yet. */
export function addEvent(log: BuiltLog, request: number, facts: Record<string, unknown> = {}): NewLeaf {
  const requestId = requestIdOf(request);
  const head = log.heads.get(requestId) ?? { seq: 0, hash: chainStart };
  log.clock = after(log.clock, 1_000);
  const event = chain(head, requestId, 'pending', {
    at: log.clock,
    type: types[head.seq % types.length] ?? 'submitted',
    actor: 'alice@example.com',
    facts: { reason: 'Zoë’s pods 🦉', ...facts },
  });
  const { seq } = event;
  log.heads.set(requestId, { seq, hash: event.hash, at: event.at });
  const text = canonicalJson(event);
  log.objects.set(eventKey({ requestId, seq }), text);
  return { requestId, seq, text };
}

/** `change`: what a thief of the key signs in its place. */
export function seal(log: BuiltLog, leaves: readonly NewLeaf[], change: Partial<Checkpoint> = {}): void {
  log.clock = after(log.clock, 60_000);
  const { deployment, key } = log;
  const draft = draftSeal(log.head, leaves, { deployment, at: log.clock, key: key.fingerprint });
  const signed = key.sign({ ...draft.checkpoint, ...change });
  const made = sealOf(draft, signed);
  for (const object of made.objects) log.objects.set(object.key, object.text);
  log.head = made.next;
  log.checkpoints.push(signed);
}

/** Events of several requests in turn, in a few seals, some of them empty. */
export function aLog(key: LogKey, { seed = 0, seals = 4, requests = 3 } = {}): BuiltLog {
  const dice = diceOf(seed);
  const log = beginLog(key);
  for (let i = 0; i < seals; i++) {
    const count = i > 0 && dice(4) === 0 ? 0 : 1 + dice(6);
    const leaves = Array.from({ length: count }, () => addEvent(log, dice(requests), { roll: dice(1000) }));
    seal(log, leaves);
  }
  return log;
}

export interface CopyMarks {
  hidden?: readonly string[];
  unlocked?: readonly string[];
}

export function sourceOf(
  objects: ReadonlyMap<string, string>,
  { hidden = [], unlocked = [] }: CopyMarks = {},
): LogSource {
  return {
    async *list(prefix): AsyncIterable<ListedObject> {
      for (const key of [...objects.keys()].filter((one) => one.startsWith(prefix)).sort())
        yield { key, hidden: hidden.includes(key) };
    },
    async read(key) {
      const text = objects.get(key);
      return text === undefined ? undefined : { text, locked: !unlocked.includes(key) };
    },
  };
}
