/** The world of SweepGrants: all that can be driven on from the record. */
import { createMessages } from '#mail/review-mail.ts';
import { deployedCatalog } from '../catalog.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { lambdaBackground } from '../lambda-background.ts';
import { lambdaClusterLeg } from '../lambda-cluster-leg.ts';
import { s3AuditSink } from '../s3-audit-sink.ts';
import { sesMailer } from '../ses-mailer.ts';
import { stepFunctions } from '../step-functions.ts';
import { randomIds, systemClock } from '../system.ts';
import { killOrders, knownClusters, recordsAndLedger, tableOf, ticketNotes } from './records.ts';

export function sweepGrantsWorld() {
  const settings = environment([
    'region',
    'deployment',
    'table',
    'auditBucket',
    'stateMachineArn',
    'mailFrom',
    'publicUrl',
    'unbindFunction',
    'surveyFunction',
    'sweepClusterFunction',
    'killFunction',
    'askFunction',
  ]);
  const { region, deployment, auditBucket, stateMachineArn, mailFrom, publicUrl } = settings;
  const functions = { unbind: settings.unbindFunction, survey: settings.surveyFunction };
  const table = tableOf('revoking', settings);
  const catalog = deployedCatalog();
  return {
    clock: systemClock,
    ids: randomIds,
    catalog,
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...knownClusters(table),
    ...killOrders(table),
    ...ticketNotes(table),
    entries: eksEntries('revoking'),
    executions: stepFunctions('revoking', region, stateMachineArn),
    mailer: sesMailer('revoking', region, mailFrom),
    messages: createMessages({ publicUrl, catalog }),
    auditSink: s3AuditSink('revoking', region, auditBucket),
    clusterLeg: lambdaClusterLeg(region, functions),
    background: lambdaBackground(region, {
      sweepCluster: settings.sweepClusterFunction,
      killGrants: settings.killFunction,
      askByTicket: settings.askFunction,
    }),
    metrics: new EmfMetrics(deployment),
  };
}
