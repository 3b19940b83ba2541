/** SweepCluster: compares what stands on one cluster with the records and repairs; or ends a crowd of grants there. */
import { functionLog } from '#adapters/logger.ts';
import { stepHandler } from '#adapters/step-handler.ts';
import { sweepClusterWorld } from '#adapters/wiring/sweep-cluster.ts';
import { Unavailable } from '#domain/errors.ts';
import { clusterSweep } from '#domain/step-input.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';

const world = sweepClusterWorld();
const log = functionLog('SweepCluster');

export const handler = stepHandler('SweepCluster', clusterSweep, async (sweep) => {
  const { failed, ...seen } = await sweepCluster(world, sweep);
  const { cluster } = sweep;
  for (const { what, error } of failed) log.warn('not looked at or not repaired', { cluster, what, error });
  log.info('swept', { cluster, ...seen });
  // Counted by its alarm. What worked has its effect, and is not in the way of another try.
  if (failed.length > 0)
    throw new Unavailable(`${failed.length} parts of the sweep of ${cluster.eksName} failed; see the log.`);
  return { ...seen };
});
