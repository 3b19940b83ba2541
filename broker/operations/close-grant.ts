/** CloseGrant (AWS leg): releases the access entry and records that nothing stands any more. */
import { msBetween } from '#domain/instant.ts';
import type { UnbindResult } from '#domain/plan.ts';
import type { Status } from '#domain/request.ts';
import { close } from '#domain/transitions/close.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { releaseEntry } from './release-entry.ts';
import { entryKeyOf } from './take-entry.ts';

export interface CloseInput {
  requestId: string;
  /** Proof of UnbindRole. */
  unbound: UnbindResult;
}

/** Idempotent. Throws while the entry can't be released yet. */
export async function closeGrant(
  world: Pick<World, 'clock' | 'settings' | 'records' | 'ledger' | 'entries' | 'metrics'>,
  { requestId, unbound }: CloseInput,
): Promise<{ status: Status }> {
  const seen = await readRequest(world, requestId);
  if (close(seen, unbound, world.clock.now()) === undefined) return { status: seen.status };
  await releaseEntry(world, entryKeyOf(seen), requestId);
  const request = await changeRecord(world, requestId, (before) => close(before, unbound, world.clock.now()));
  const { ending } = request;
  if (ending)
    world.metrics.milliseconds('RevokeLateness', Math.max(0, msBetween(ending.notBefore, unbound.unboundAt)));
  return { status: request.status };
}
