/** The world of KillGrants: all that ends grants, and nothing of the state machine. */
import { deployedCatalog } from '../catalog.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { lambdaClusterLeg } from '../lambda-cluster-leg.ts';
import { systemClock } from '../system.ts';
import { killOrders, knownClusters, recordsAndLedger, tableOf } from './records.ts';

export function killGrantsWorld() {
  const settings = environment(['region', 'deployment', 'table', 'unbindFunction', 'surveyFunction']);
  const { region, deployment, unbindFunction, surveyFunction } = settings;
  const table = tableOf('revoking', settings);
  return {
    clock: systemClock,
    catalog: deployedCatalog(),
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...knownClusters(table),
    ...killOrders(table),
    entries: eksEntries('revoking'),
    clusterLeg: lambdaClusterLeg(region, { unbind: unbindFunction, survey: surveyFunction }),
    metrics: new EmfMetrics(deployment),
  };
}
