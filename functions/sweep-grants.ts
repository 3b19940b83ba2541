/** SweepGrants: each minute, and for each execution that ended badly, drives on what is overdue. */
import { functionLog } from '#adapters/logger.ts';
import { sweepGrantsWorld } from '#adapters/wiring/sweep-grants.ts';
import { sweepEvent } from '#domain/step-input.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';

const world = sweepGrantsWorld();
const log = functionLog('SweepGrants');

export const handler = async (
  event: unknown,
): Promise<{ looked: number; repaired: number; failed: number }> => {
  const { looked, repaired, failed } = await sweepGrants(world, sweepEvent.parse(event));
  for (const { requestId, error } of failed)
    log.warn('not driven on; next try in a minute', { requestId, error });
  if (repaired.length > 0) log.info('driven on', { requestIds: repaired });
  return { looked, repaired: repaired.length, failed: failed.length };
};
