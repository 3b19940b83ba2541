/** The world of HoldGrant: the record alone. */
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { systemClock } from '../system.ts';
import { recordsAndLedger, tableOf } from './records.ts';

export function holdGrantWorld() {
  const settings = environment(['region', 'deployment', 'table']);
  const table = tableOf('granting', settings);
  return {
    clock: systemClock,
    ...recordsAndLedger(table),
    metrics: new EmfMetrics(settings.deployment),
  };
}
