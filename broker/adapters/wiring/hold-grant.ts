/** The world of HoldGrant: the record alone. */
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { systemClock } from '../system.ts';
import { recordsAndLedger } from './records.ts';

export function holdGrantWorld() {
  const settings = environment(['region', 'deployment', 'table']);
  return {
    clock: systemClock,
    ...recordsAndLedger('granting', settings),
    metrics: new EmfMetrics(settings.deployment),
  };
}
