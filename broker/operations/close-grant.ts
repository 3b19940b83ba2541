/** CloseGrant (AWS leg): releases the access entry and records that nothing stands any more. */
import { WrongStatus } from '#domain/errors.ts';
import { msBetween } from '#domain/instant.ts';
import { advance, isFinal } from '#domain/lifecycle.ts';
import type { UnbindResult } from '#domain/plan.ts';
import type { Status } from '#domain/request.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { releaseEntry } from './release-entry.ts';
import { entryKeyOf } from './take-entry.ts';

export interface CloseInput {
  requestId: string;
  /** Proof of UnbindRole. */
  unbound: UnbindResult;
}

const actor = 'curfew:CloseGrant';

/** Idempotent. Throws while the entry can't be released yet. */
export async function closeGrant(
  world: Pick<World, 'clock' | 'settings' | 'records' | 'ledger' | 'entries' | 'metrics'>,
  { requestId, unbound }: CloseInput,
): Promise<{ status: Status }> {
  const seen = await readRequest(world, requestId);
  if (isFinal(seen.status)) return { status: seen.status };
  if (seen.status !== 'revoking') {
    throw new WrongStatus(`Request ${requestId} is ${seen.status}: EndGrant comes before CloseGrant.`, {
      details: { requestId },
    });
  }
  await releaseEntry(world, entryKeyOf(seen), requestId);
  const request = await changeRecord(world, requestId, (before) => {
    if (isFinal(before.status)) return undefined;
    const at = world.clock.now();
    const used = unbound.found || before.grant?.boundAt !== undefined;
    const reason = used ? (before.ending?.reason ?? 'ended') : 'nothing was ever usable';
    const { grant } = before;
    const changes = grant ? { grant: { ...grant, unboundAt: unbound.unboundAt } } : {};
    return advance(before, used ? 'revoked' : 'failed', {
      at,
      actor,
      reason,
      facts: { ...unbound },
      changes,
    });
  });
  const { ending } = request;
  if (ending)
    world.metrics.milliseconds('RevokeLateness', Math.max(0, msBetween(ending.notBefore, unbound.unboundAt)));
  return { status: request.status };
}
