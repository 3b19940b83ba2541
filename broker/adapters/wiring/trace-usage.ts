/** The world of TraceUsage: from the clusters' audit logs to the records and the locked bucket. */
import { deployedCatalog } from '../catalog.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { s3UsageLines } from '../s3-usage-lines.ts';
import { stepFunctions } from '../step-functions.ts';
import { systemClock } from '../system.ts';
import { recordsAndLedger, tableOf, usageOf } from './records.ts';

export function traceUsageWorld() {
  const settings = environment(['region', 'deployment', 'table', 'auditBucket', 'stateMachineArn']);
  const { region, deployment, auditBucket, stateMachineArn } = settings;
  const table = tableOf('revoking', settings);
  return {
    clock: systemClock,
    catalog: deployedCatalog(),
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...usageOf(table),
    usageLines: s3UsageLines('revoking', region, auditBucket),
    executions: stepFunctions('revoking', region, stateMachineArn),
    metrics: new EmfMetrics(deployment),
  };
}
