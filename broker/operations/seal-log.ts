/** SealLog: gives leaf numbers to what is in the locked bucket, and signs a checkpoint over all of it. */
import { type AnyEvent, chainFault } from '#domain/audit-event.ts';
import { draftSeal, isSignOfLifeDue, type NewLeaf, type Seal, sealOf } from '#domain/audit-log/sealing.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { LogState, Sealing, World } from '#ports';
import { atMost } from './at-most.ts';

type Needs = Sealing & Pick<World, 'clock' | 'settings' | 'metrics'>;

/** Leaves of one checkpoint: what is pending has to fit into one item of the table. */
const mostLeaves = 1000;
/** Requests looked at for one checkpoint. */
const mostRequests = 200;
/** Checkpoints of one call; what is left waits for the next minute. */
const mostSeals = 20;
const atOnce = 20;

/**
 * How many leaves it sealed. What a seal writes is decided by one conditional write before anything else: sealers that
 * overlap, or go on after a crash, write the same objects or none.
 */
export async function sealLog(world: Needs): Promise<number> {
  let sealed = 0;
  for (let made = 0; made < mostSeals; made++) {
    const state = await world.auditLog.read();
    const decided = state.pending ? state : await decide(world, state);
    if (!decided?.pending) break;
    await carryOut(world, decided, decided.pending);
    sealed += decided.pending.leaves.length;
  }
  return sealed;
}

/** Undefined when there is nothing to seal, or somebody else seals. */
async function decide(world: Needs, { version, head }: LogState): Promise<LogState | undefined> {
  const events = await nextEvents(world);
  const at = world.clock.now();
  if (events.length === 0 && !isSignOfLifeDue(head, at)) return undefined;
  const { deployment } = world.settings;
  const draft = draftSeal(head, events, { deployment, at, key: await world.checkpointSigner.key() });
  const pending = sealOf(draft, await world.checkpointSigner.sign(draft.checkpoint));
  const decided = { version: version + 1, head, pending };
  return (await saved(world, decided)) ? decided : undefined;
}

async function nextEvents(world: Needs): Promise<NewLeaf[]> {
  const ids = await world.auditLog.unsealed(mostRequests);
  const perRequest = new Array<NewLeaf[]>(ids.length).fill([]);
  await atMost(atOnce, [...ids.entries()], async ([i, id]) => {
    perRequest[i] = await sealable(world, id);
  });
  const next: NewLeaf[] = [];
  for (const events of perRequest) next.push(...events.slice(0, mostLeaves - next.length));
  return next;
}

/** Those without a leaf, in order, up to the first that isn't in the bucket. Nothing of a chain that is broken. */
async function sealable(world: Needs, requestId: string): Promise<NewLeaf[]> {
  const events = await world.auditLog.events(requestId);
  const fault = chainFault(events.map(({ text }): AnyEvent => JSON.parse(text)));
  if (fault !== undefined) {
    world.metrics.count('EvidenceBroken', 1);
    return [];
  }
  const gap = events.findIndex(({ shipped }) => !shipped);
  return events.slice(0, gap === -1 ? undefined : gap).filter(({ sealed }) => !sealed);
}

async function carryOut(world: Needs, { version }: LogState, pending: Seal): Promise<void> {
  for (const { key, text } of pending.objects) await world.logStore.create(key, text);
  await sendOutside(world, pending);
  await atMost(atOnce, [...pending.leaves.entries()], ([i, [requestId, seq]]) =>
    world.auditLog.markSealed({ requestId, seq }, pending.first + i),
  );
  if (await saved(world, { version: version + 1, head: pending.next }))
    world.metrics.count('CheckpointMade', 1);
}

/** Whatever becomes of it, sealing goes on; the next checkpoint vouches for this one. */
async function sendOutside({ outside, metrics }: Needs, { objects }: Seal): Promise<void> {
  const checkpoint = objects.at(-1);
  if (!outside || !checkpoint) return;
  try {
    await outside.create(checkpoint.key, checkpoint.text);
  } catch {
    metrics.count('CheckpointNotSent', 1);
  }
}

async function saved(world: Needs, state: LogState): Promise<boolean> {
  try {
    await world.auditLog.save(state);
    return true;
  } catch (error) {
    if (error instanceof RecordChanged) return false;
    throw error;
  }
}
