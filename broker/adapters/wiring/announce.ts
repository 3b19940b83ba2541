/** The world of Announce: from the records to the event bus. */
import { deployedCatalog } from '../catalog.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { eventBridge } from '../event-bridge.ts';
import { killOrders, recordsAndLedger, tableOf } from './records.ts';

export function announceWorld() {
  const settings = environment(['region', 'deployment', 'table', 'eventBus']);
  const { region, deployment, eventBus } = settings;
  const table = tableOf('revoking', settings);
  return {
    settings: { region, deployment },
    catalog: deployedCatalog(),
    ...recordsAndLedger(table),
    ...killOrders(table),
    eventBus: eventBridge('revoking', region, eventBus),
    metrics: new EmfMetrics(deployment),
  };
}
