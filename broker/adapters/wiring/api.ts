/** The world of the API: what people ask, answer and look at. */
import { deployedCatalog } from '../catalog.ts';
import { deployedOrganisation } from '../deployed-organisation.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { iamIdentities } from '../iam-identities.ts';
import { identityTokens } from '../identity-tokens.ts';
import { lambdaBackground } from '../lambda-background.ts';
import { lambdaSurvey } from '../lambda-cluster-leg.ts';
import { RestTickets } from '../rest-tickets.ts';
import { secretsManager } from '../secrets-manager.ts';
import { stepFunctions } from '../step-functions.ts';
import { randomIds, systemClock } from '../system.ts';
import { webAuthn } from '../web-authn.ts';
import { pageOrigin } from './pages.ts';
import { killOrders, passkeysOf, recordsAndLedger, tableOf, usageOf } from './records.ts';

export function apiWorld() {
  const settings = environment([
    'region',
    'deployment',
    'table',
    'stateMachineArn',
    'killFunction',
    'surveyFunction',
    'publicUrl',
    'passkeyDomain',
  ]);
  const { region, deployment, stateMachineArn, killFunction, surveyFunction } = settings;
  const table = tableOf('granting', settings);
  const pages = pageOrigin(settings);
  const metrics = new EmfMetrics(deployment);
  const catalog = deployedCatalog();
  return {
    clock: systemClock,
    ids: randomIds,
    catalog,
    organisation: deployedOrganisation(metrics),
    metrics,
    settings: { deployment, region },
    ...recordsAndLedger(table),
    ...usageOf(table),
    ...killOrders(table),
    ...passkeysOf(table),
    pages,
    authenticators: webAuthn(pages),
    executions: stepFunctions('granting', region, stateMachineArn),
    entries: eksEntries('granting'),
    clusterLeg: lambdaSurvey(region, surveyFunction),
    identities: iamIdentities('granting', region),
    tickets: new RestTickets({ catalog, secrets: secretsManager(region) }),
    identityTokens: identityTokens(),
    background: lambdaBackground(region, { killGrants: killFunction }),
  };
}
