/** The world of EndGrant and CloseGrant: the record, the access entries, and persistence. */
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { systemClock } from '../system.ts';
import { recordsAndLedger, tableOf } from './records.ts';

export function endGrantWorld() {
  const settings = environment(['region', 'deployment', 'table']);
  const { region, deployment } = settings;
  const table = tableOf('revoking', settings);
  return {
    clock: systemClock,
    settings: { deployment, region },
    ...recordsAndLedger(table),
    entries: eksEntries('revoking'),
    metrics: new EmfMetrics(deployment),
  };
}
