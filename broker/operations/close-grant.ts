/** CloseGrant (AWS leg): releases the access entry and records that nothing stands any more. */
import { msBetween } from '#domain/instant.ts';
import type { UnbindResult } from '#domain/plan.ts';
import type { AccessRequest, Status } from '#domain/request.ts';
import { close, noteUnbound } from '#domain/transitions/close.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { releaseEntry } from './release-entry.ts';
import { entryKeyOf } from './take-entry.ts';

type Needs = Pick<World, 'clock' | 'settings' | 'records' | 'ledger' | 'entries' | 'metrics'>;

export interface CloseInput {
  requestId: string;
  /** Proof of UnbindRole. */
  unbound: UnbindResult;
}

/** Idempotent. Throws while the entry can't be released yet. */
export async function closeGrant(
  world: Needs,
  { requestId, unbound }: CloseInput,
): Promise<{ status: Status }> {
  const seen = await readRequest(world, requestId);
  if (close(seen, unbound, world.clock.now()) === undefined) return { status: seen.status };
  await release(world, seen, unbound);
  const request = await changeRecord(world, requestId, (before) => close(before, unbound, world.clock.now()));
  const { ending, grant } = request;
  const unboundAt = grant?.unboundAt ?? unbound.unboundAt;
  if (ending)
    world.metrics.milliseconds('RevokeLateness', Math.max(0, msBetween(ending.notBefore, unboundAt)));
  return { status: request.status };
}

/** Where the entry can't be released, when access ended is not forgotten over it. */
async function release(world: Needs, seen: AccessRequest, unbound: UnbindResult): Promise<void> {
  try {
    await releaseEntry(world, entryKeyOf(seen), seen.id);
  } catch (error) {
    await changeRecord(world, seen.id, (before) => noteUnbound(before, unbound, world.clock.now())).catch(
      () => undefined,
    );
    throw error;
  }
}
