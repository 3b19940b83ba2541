/** One thing done to a log, whichever the dice say, and the name that a verifier has to give it. */
import { chain, chainStart } from '#domain/audit-event.ts';
import type { FaultKind } from '#domain/audit-log/faults.ts';
import {
  checkpointKey,
  eventKey,
  leafListKey,
  readCheckpoint,
  type SignedCheckpoint,
} from '#domain/audit-log/log-objects.ts';
import { canonicalJson, digestOf, sha256Hex } from '#domain/digest.ts';
import { addEvent, aLogKey, type BuiltLog, beginLog, type CopyMarks, type Dice, seal } from './audit-log.ts';

export interface MutatedLog {
  kind: FaultKind;
  /** Object that a fault of this kind must name. */
  key: string;
  /** What was done, for whoever reads that it was not found. */
  did: string;
  objects: Map<string, string>;
  marks: CopyMarks;
  known?: SignedCheckpoint;
  asOf?: string;
}

type Draft = Omit<MutatedLog, 'kind' | 'did'>;
type Mutation = (log: BuiltLog, dice: Dice) => Draft | undefined;

const thief = aLogKey();

const pick = <T>(all: readonly T[], dice: Dice): T | undefined => all[dice(all.length)];
const keysOf = (log: BuiltLog, prefix: string) =>
  [...log.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
const pickKey = (log: BuiltLog, dice: Dice, prefix = '') => pick(keysOf(log, prefix), dice);

const without = ({ objects }: BuiltLog, ...keys: string[]) =>
  new Map([...objects].filter(([key]) => !keys.includes(key)));
const changed = ({ objects }: BuiltLog, key: string, text: string): Draft => ({
  key,
  objects: new Map([...objects, [key, text]]),
  marks: {},
});

function exchanged(log: BuiltLog, one: string | undefined, other: string | undefined): Draft | undefined {
  const [a, b] = [log.objects.get(one ?? ''), log.objects.get(other ?? '')];
  if (one === undefined || other === undefined || a === undefined || b === undefined || a === b)
    return undefined;
  return { key: one, objects: new Map([...log.objects, [one, b], [other, a]]), marks: {} };
}

/** The same log up to and with checkpoint `number`; its events are as they were. */
function cutBack(log: BuiltLog, number: number): BuiltLog {
  const cut = beginLog(log.key, log.deployment);
  const made = new Map<number, { requestId: string; seq: number; text: string }[]>();
  for (const key of keysOf(log, 'leaves/')) {
    const list = JSON.parse(log.objects.get(key) ?? '');
    made.set(
      list.number,
      list.leaves.map(([requestId, seq]: [string, number]) => ({
        requestId,
        seq,
        text: log.objects.get(eventKey({ requestId, seq })) ?? '',
      })),
    );
  }
  for (const signed of log.checkpoints.slice(0, number)) {
    const leaves = made.get(signed.checkpoint.number) ?? [];
    for (const { requestId, seq, text } of leaves) {
      const { hash, at } = JSON.parse(text);
      cut.objects.set(eventKey({ requestId, seq }), text);
      cut.heads.set(requestId, { seq, hash, at });
    }
    cut.clock = signed.checkpoint.at;
    seal(cut, leaves);
  }
  // What was sealed is what was signed then, not signed anew: signatures of ECDSA differ each time.
  for (const [i, signed] of log.checkpoints.slice(0, number).entries()) {
    cut.objects.set(checkpointKey(i + 1), log.objects.get(checkpointKey(i + 1)) ?? '');
    cut.checkpoints[i] = signed;
  }
  const last = cut.objects.get(checkpointKey(number));
  if (last !== undefined) cut.head = { ...cut.head, checkpoint: sha256Hex(last) };
  return cut;
}

const editedEvents: Mutation = (log, dice) => {
  const key = pickKey(log, dice, 'events/') ?? '';
  const text = log.objects.get(key) ?? '';
  const event = JSON.parse(text);
  const { hash: _, ...rest } = event;
  const body = { ...rest, actor: 'mallory@example.com' };
  const other = [
    () => canonicalJson({ ...event, actor: 'mallory@example.com' }),
    () => canonicalJson({ ...body, hash: digestOf(body) }),
    () => `${text}\n`,
    () => text.replace('"facts":{', '"facts":{ '),
    () => text.slice(0, -1 - dice(text.length - 1)),
    () => '',
  ];
  return changed(log, key, other[dice(other.length)]?.() ?? '');
};

const mutations: readonly (readonly [FaultKind, string, Mutation])[] = [
  ['edited', 'an event', editedEvents],
  [
    'edited',
    'the last event of a request, with its hash made anew',
    (log, dice) => {
      const [requestId, { seq }] = pick([...log.heads], dice) ?? ['', { seq: 0 }];
      const key = eventKey({ requestId, seq });
      const { hash: _, ...rest } = JSON.parse(log.objects.get(key) ?? '{}');
      const body = { ...rest, actor: 'mallory@example.com' };
      return changed(log, key, canonicalJson({ ...body, hash: digestOf(body) }));
    },
  ],
  [
    'forked',
    'a checkpoint that follows another one',
    (log, dice) => {
      const key = checkpointKey(1 + dice(log.checkpoints.length));
      const signed = readCheckpoint(log.objects.get(key) ?? '');
      if (!signed) return undefined;
      const other = log.key.sign({ ...signed.checkpoint, prev: digestOf(dice(1e9)) });
      return changed(log, key, canonicalJson(other));
    },
  ],
  [
    'edited',
    'a hash in a list of leaves',
    (log, dice) => {
      const key = pickKey(log, dice, 'leaves/') ?? '';
      const list = JSON.parse(log.objects.get(key) ?? '');
      list.leaves[dice(list.leaves.length)][2] = digestOf(dice(1e9));
      return changed(log, key, canonicalJson(list));
    },
  ],
  [
    'edited',
    'the form of a checkpoint',
    (log, dice) => {
      const key = pickKey(log, dice, 'checkpoints/') ?? '';
      return changed(log, key, ` ${log.objects.get(key)}`);
    },
  ],
  [
    'deleted',
    'an event',
    (log, dice) => {
      const key = pickKey(log, dice, 'events/') ?? '';
      return { key, objects: without(log, key), marks: {} };
    },
  ],
  [
    'deleted',
    'a list of leaves',
    (log, dice) => {
      const key = pickKey(log, dice, 'leaves/') ?? '';
      return { key, objects: without(log, key), marks: {} };
    },
  ],
  [
    'deleted',
    'a checkpoint',
    (log, dice) => {
      const key = checkpointKey(1 + dice(log.checkpoints.length - 1));
      return log.checkpoints.length < 2 ? undefined : { key, objects: without(log, key), marks: {} };
    },
  ],
  [
    'deleted',
    'a checkpoint with its leaves',
    (log, dice) => {
      const number = 1 + dice(log.checkpoints.length - 1);
      if (log.checkpoints.length < 2) return undefined;
      const key = checkpointKey(number);
      return { key, objects: without(log, key, leafListKey(number)), marks: {} };
    },
  ],
  [
    'inserted',
    'an event of another request',
    (log, dice) => {
      const requestId = `01KAJ9${String(dice(1e9)).padStart(20, '0')}`;
      const at = '2026-11-20T08:00:00.000Z';
      const facts = {};
      const head = { seq: 0, hash: chainStart };
      const event = chain(head, requestId, 'pending', { at, type: 'approved', actor: 'mallory', facts });
      return changed(log, eventKey(event), canonicalJson(event));
    },
  ],
  [
    'inserted',
    'an event at the end of a request',
    (log, dice) => {
      const [requestId, head] = pick([...log.heads], dice) ?? ['', { seq: 0, hash: chainStart }];
      const at = '2026-11-20T08:00:00.000Z';
      const event = chain(head, requestId, 'active', {
        at,
        type: 'grant-active',
        actor: 'mallory',
        facts: {},
      });
      return changed(log, eventKey(event), canonicalJson(event));
    },
  ],
  [
    'inserted',
    'what is no event',
    (log, dice) => changed(log, `events/${dice(2) ? 'x' : '01KAJ800000000000000000000/000001'}.json`, '{}'),
  ],
  [
    'inserted',
    'leaves for an empty checkpoint',
    (log) => {
      const empty = log.checkpoints.find(
        ({ checkpoint }) => !log.objects.has(leafListKey(checkpoint.number)),
      );
      return (
        empty && changed(log, leafListKey(empty.checkpoint.number), log.objects.get(leafListKey(1)) ?? '')
      );
    },
  ],
  [
    'swapped',
    'events of two requests',
    (log, dice) => {
      const one = pickKey(log, dice, 'events/') ?? '';
      const others = keysOf(log, 'events/').filter((key) => key.slice(0, 33) !== one.slice(0, 33));
      return exchanged(log, one, pick(others, dice));
    },
  ],
  [
    'swapped',
    'two checkpoints',
    (log, dice) => exchanged(log, pickKey(log, dice, 'checkpoints/'), pickKey(log, dice, 'checkpoints/')),
  ],
  [
    'swapped',
    'two lists of leaves',
    (log, dice) => exchanged(log, pickKey(log, dice, 'leaves/'), pickKey(log, dice, 'leaves/')),
  ],
  [
    'swapped',
    "a checkpoint for another deployment's",
    (log, dice) => {
      const other = beginLog(log.key, 'another');
      for (let i = 0; i < log.checkpoints.length; i++) seal(other, [addEvent(other, i)]);
      if (log.checkpoints.length < 2) return undefined;
      const key = checkpointKey(2 + dice(log.checkpoints.length - 1));
      return changed(log, key, other.objects.get(key) ?? '');
    },
  ],
  [
    'reordered',
    'two events of a request',
    (log, dice) => {
      const one = pickKey(log, dice, 'events/') ?? '';
      const others = keysOf(log, 'events/').filter(
        (key) => key !== one && key.slice(0, 33) === one.slice(0, 33),
      );
      return exchanged(log, one, pick(others, dice));
    },
  ],
  [
    'truncated',
    'its last checkpoints, with all that came with them',
    (log, dice) => {
      const cut = cutBack(log, dice(log.checkpoints.length));
      const known = log.checkpoints.at(-1);
      const key = checkpointKey(cut.checkpoints.length + 1);
      return known && { key, objects: cut.objects, marks: {}, known };
    },
  ],
  [
    'truncated',
    'its last checkpoint, though its leaves are there',
    (log) => {
      const { length } = log.checkpoints;
      if (!log.objects.has(leafListKey(length))) return undefined;
      return { key: checkpointKey(length), objects: without(log, checkpointKey(length)), marks: {} };
    },
  ],
  [
    'truncated',
    'the hours since',
    (log) => ({
      key: checkpointKey(log.checkpoints.length + 1),
      objects: log.objects,
      marks: {},
      asOf: '2026-11-21T13:00:00.000Z',
    }),
  ],
  [
    'forked',
    'another history, signed with the same key',
    (log, dice) => {
      const number = 1 + dice(log.checkpoints.length);
      const cut = cutBack(log, number - 1);
      const known = log.checkpoints.at(number - 1);
      for (let i = number; i <= log.checkpoints.length; i++)
        seal(cut, [addEvent(cut, 900 + i, { other: dice(1e9) })]);
      return known && { key: checkpointKey(number), objects: cut.objects, marks: {}, known };
    },
  ],
  [
    'forked',
    'a checkpoint for another tree',
    (log, dice) => {
      const number = 1 + dice(log.checkpoints.length);
      const signed = readCheckpoint(log.objects.get(checkpointKey(number)) ?? '');
      if (!signed) return undefined;
      const other = log.key.sign({ ...signed.checkpoint, root: digestOf(dice(1e9)) });
      return changed(log, checkpointKey(number), canonicalJson(other));
    },
  ],
  [
    'forked',
    'an event that does not follow the one before it',
    (log, dice) => {
      const cut = cutBack(log, 1 + dice(log.checkpoints.length));
      const [requestId, head] = pick([...cut.heads], dice) ?? ['', undefined];
      if (!head) return undefined;
      cut.heads.set(requestId, { ...head, hash: digestOf(dice(1e9)) });
      const leaf = addEvent(cut, Number(requestId.slice(5)));
      seal(cut, [leaf]);
      return { key: eventKey(leaf), objects: cut.objects, marks: {} };
    },
  ],
  [
    'forged',
    'a checkpoint signed with another key',
    (log, dice) => {
      const number = 1 + dice(log.checkpoints.length);
      const signed = readCheckpoint(log.objects.get(checkpointKey(number)) ?? '');
      if (!signed) return undefined;
      const named = dice(2) ? thief.fingerprint : signed.checkpoint.key;
      const other = thief.sign({ ...signed.checkpoint, key: named, root: digestOf(dice(1e9)) });
      return changed(log, checkpointKey(number), canonicalJson(other));
    },
  ],
  [
    'forged',
    'a checkpoint changed under its signature',
    (log, dice) => {
      const number = 1 + dice(log.checkpoints.length);
      const signed = readCheckpoint(log.objects.get(checkpointKey(number)) ?? '');
      if (!signed) return undefined;
      const checkpoint = { ...signed.checkpoint, at: '2026-11-21T07:00:00.000Z' };
      return changed(log, checkpointKey(number), canonicalJson({ ...signed, checkpoint }));
    },
  ],
  [
    'stale-clock',
    'a checkpoint earlier than the one before',
    (log, dice) => {
      const cut = cutBack(log, 1 + dice(log.checkpoints.length));
      seal(cut, [], { at: '2026-11-21T07:00:00.000Z' });
      return { key: checkpointKey(cut.checkpoints.length), objects: cut.objects, marks: {} };
    },
  ],
  [
    'stale-clock',
    'an event of the future, or of long before',
    (log, dice) => {
      const cut = cutBack(log, 1 + dice(log.checkpoints.length));
      const [requestId] = pick([...cut.heads], dice) ?? [''];
      const { clock } = cut;
      cut.clock = dice(2) ? '2026-11-22T08:00:00.000Z' : '2026-11-20T08:00:00.000Z';
      const leaf = addEvent(cut, Number(requestId.slice(5)));
      cut.clock = clock;
      seal(cut, [leaf]);
      return { key: eventKey(leaf), objects: cut.objects, marks: {} };
    },
  ],
  [
    'hidden',
    'an object by a delete marker',
    (log, dice) => {
      const key = pickKey(log, dice) ?? '';
      return { key, objects: log.objects, marks: { hidden: [key] } };
    },
  ],
  [
    'unlocked',
    'an object whose lock was taken off',
    (log, dice) => {
      const key = pickKey(log, dice) ?? '';
      return { key, objects: log.objects, marks: { unlocked: [key] } };
    },
  ],
];

export const mutationCount = mutations.length;

/** Undefined where this log gives nothing to do it to. */
export function mutated(log: BuiltLog, which: number, dice: Dice): MutatedLog | undefined {
  const [kind, did, mutate] = mutations[which % mutations.length] ?? mutations[0] ?? [];
  const draft = mutate?.(log, dice);
  if (!kind || !did || !draft) return undefined;
  return { kind, did: `${kind}: ${did}`, ...draft };
}
