/** Proof that the events of one request are in the log: one small file that is checked with the public key alone. */
import * as z from 'zod';
import { chainStart } from '../audit-event.ts';
import { RequestNotFound } from '../errors.ts';
import {
  checkpointKey,
  eventKey,
  readCheckpoint,
  readLeafList,
  type SignedCheckpoint,
  signedCheckpointSchema,
} from './log-objects.ts';
import type { LogSource } from './log-source.ts';
import { leafHash } from './merkle-tree.ts';
import { readSealedEvent } from './sealed-event.ts';
import { inclusionSpans, rootOfPath, SpanRoots } from './tree-proofs.ts';

export const requestProofSchema = z.strictObject({
  v: z.literal(1),
  checkpoint: signedCheckpointSchema,
  events: z
    .array(
      z.strictObject({
        /** Leaf number. */
        leaf: z.int().min(0),
        /** The event object, byte for byte. */
        text: z.string().min(1),
        /** Roots of the subtrees beside its way to the root, lowest first. */
        path: z.array(z.string().regex(/^[0-9a-f]{64}$/)),
      }),
    )
    .min(1),
});
export type RequestProof = z.output<typeof requestProofSchema>;

/** Reads the lists of leaves twice, and of the events those of the request. RequestNotFound where it has no leaf. */
export async function proveRequest(source: LogSource, requestId: string): Promise<RequestProof> {
  const checkpoint = await lastCheckpoint(source);
  const { size } = checkpoint.checkpoint;
  const found: { leaf: number; seq: number }[] = [];
  await eachLeaf(source, size, (leaf, id, seq) => {
    if (id === requestId) found.push({ leaf, seq });
  });
  if (found.length === 0)
    throw new RequestNotFound(
      `Request ${requestId} has no events in the log up to checkpoint ${checkpoint.checkpoint.number}.`,
    );
  const spans = found.map(({ leaf }) => inclusionSpans(leaf, size));
  const roots = new SpanRoots(spans.flat());
  await eachLeaf(source, size, (_leaf, _id, _seq, hash) => roots.append(Buffer.from(hash, 'hex')));
  const all = roots.roots().map((root) => root.toString('hex'));
  const events: RequestProof['events'] = [];
  for (const [i, { leaf, seq }] of found.entries()) {
    const object = await source.read(eventKey({ requestId, seq }));
    if (!object)
      throw new RequestNotFound(`Event ${seq} of request ${requestId} was sealed and is not there.`);
    events.push({ leaf, text: object.text, path: all.splice(0, spans[i]?.length) });
  }
  return { v: 1, checkpoint, events };
}

async function lastCheckpoint(source: LogSource): Promise<SignedCheckpoint> {
  let last: string | undefined;
  for await (const { key } of source.list('checkpoints/')) last = key;
  const object = last === undefined ? undefined : await source.read(last);
  const signed = object && readCheckpoint(object.text);
  if (!signed)
    throw new RequestNotFound(`There is no checkpoint at ${last ?? checkpointKey(1)}. Verify the log first.`);
  return signed;
}

async function eachLeaf(
  source: LogSource,
  size: number,
  tell: (leaf: number, requestId: string, seq: number, hash: string) => void,
): Promise<void> {
  let next = 0;
  for await (const { key } of source.list('leaves/')) {
    const list = readLeafList((await source.read(key))?.text ?? '');
    if (!list || list.first !== next)
      throw new RequestNotFound(`The leaves at ${key} are not whole. Verify the log first.`);
    for (const [requestId, seq, hash] of list.leaves) if (next < size) tell(next++, requestId, seq, hash);
    if (next >= size) return;
  }
}

/** What is wrong with a proof, in words; undefined when it holds. */
export function faultOfProof(
  { checkpoint, events }: RequestProof,
  isSigned: (signed: SignedCheckpoint) => boolean,
): string | undefined {
  const { size, root } = checkpoint.checkpoint;
  if (!isSigned(checkpoint)) return "Its checkpoint is not signed by the deployment's key.";
  let before: { requestId?: string; seq: number; hash: string } = { seq: 0, hash: chainStart };
  for (const { leaf, text, path } of events) {
    const event = readSealedEvent(text);
    const what = `Event ${before.seq + 1}`;
    if (!event) return `${what} was edited: its own hash does not hold.`;
    if (event.requestId !== (before.requestId ?? event.requestId)) return `${what} is of another request.`;
    if (event.seq !== before.seq + 1 || event.prev !== before.hash)
      return `${what} is missing, or event ${event.seq} does not follow event ${before.seq}.`;
    if (leaf >= size) return `${what} has a leaf behind the checkpoint.`;
    const hashes = path.map((hash) => Buffer.from(hash, 'hex'));
    if (rootOfPath(leafHash(text), leaf, size, hashes)?.toString('hex') !== root)
      return `${what} is not in the tree of the checkpoint.`;
    before = event;
  }
  return undefined;
}
