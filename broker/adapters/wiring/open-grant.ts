/** The world of OpenGrant: everything that a grant has to pass before anything exists, and the key that signs its plan. */
import { deployedCatalog } from '../catalog.ts';
import { deployedOrganisation } from '../deployed-organisation.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { iamIdentities } from '../iam-identities.ts';
import { kmsSigner } from '../kms-signer.ts';
import { lambdaSurvey } from '../lambda-cluster-leg.ts';
import { RestTickets } from '../rest-tickets.ts';
import { s3AuditSink } from '../s3-audit-sink.ts';
import { secretsManager } from '../secrets-manager.ts';
import { systemClock } from '../system.ts';
import { killOrders, recordsAndLedger, tableOf } from './records.ts';

export function openGrantWorld() {
  const settings = environment([
    'region',
    'deployment',
    'table',
    'auditBucket',
    'planKeyId',
    'surveyFunction',
  ]);
  const { region, deployment, auditBucket, planKeyId, surveyFunction } = settings;
  const table = tableOf('granting', settings);
  const metrics = new EmfMetrics(deployment);
  const catalog = deployedCatalog();
  return {
    clock: systemClock,
    catalog,
    organisation: deployedOrganisation(metrics),
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...killOrders(table),
    entries: eksEntries('granting'),
    clusterLeg: lambdaSurvey(region, surveyFunction),
    identities: iamIdentities('granting', region),
    tickets: new RestTickets({ catalog, secrets: secretsManager(region) }),
    auditSink: s3AuditSink('granting', region, auditBucket),
    signer: kmsSigner('granting', region, planKeyId),
    metrics,
  };
}
