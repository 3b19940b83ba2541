/** The world of SweepCluster: the records, and all that has to be looked at and taken away on one cluster. */
import { deployedCatalog } from '../catalog.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { iamIdentities } from '../iam-identities.ts';
import { lambdaBackground } from '../lambda-background.ts';
import { lambdaClusterLeg } from '../lambda-cluster-leg.ts';
import { systemClock } from '../system.ts';
import { knownClusters, recordsAndLedger, tableOf } from './records.ts';

export function sweepClusterWorld() {
  const settings = environment([
    'region',
    'deployment',
    'table',
    'unbindFunction',
    'surveyFunction',
    'ownFunction',
  ]);
  const { region, deployment, unbindFunction, surveyFunction, ownFunction } = settings;
  const table = tableOf('revoking', settings);
  return {
    clock: systemClock,
    catalog: deployedCatalog(),
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...knownClusters(table),
    entries: eksEntries('revoking'),
    clusterLeg: lambdaClusterLeg(region, { unbind: unbindFunction, survey: surveyFunction }),
    background: lambdaBackground(region, { sweepCluster: ownFunction }),
    identities: iamIdentities('revoking', region),
    metrics: new EmfMetrics(deployment),
  };
}
