/** TraceUsage: what is done with access, from the audit logs of the clusters, as CloudWatch Logs delivers them. */
import { logDelivery } from '#adapters/log-delivery.ts';
import { functionLog } from '#adapters/logger.ts';
import { traceUsageWorld } from '#adapters/wiring/trace-usage.ts';
import { traceUsage } from '#operations/trace-usage.ts';

const world = traceUsageWorld();
const log = functionLog('TraceUsage');

export const handler = async (event: unknown): Promise<void> => {
  const delivery = logDelivery(event);
  if (!delivery) return;
  const { eksName, lines } = delivery;
  const cluster = { eksName, region: world.settings.region };
  const { byHand, ...traced } = await traceUsage(world, { cluster, lines });
  for (const what of byHand) log.warn('RBAC written by hand', { cluster, what });
  log.info('traced', { cluster, ...traced });
};
