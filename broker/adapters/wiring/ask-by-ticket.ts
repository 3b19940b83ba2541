/** The world of AskByTicket: what it takes to submit a request, and what tickets ask for. */
import { deployedCatalog } from '../catalog.ts';
import { deployedOrganisation } from '../deployed-organisation.ts';
import { eksEntries } from '../eks-entries.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { eventBridge } from '../event-bridge.ts';
import { lambdaSurvey } from '../lambda-cluster-leg.ts';
import { RestTickets } from '../rest-tickets.ts';
import { secretsManager } from '../secrets-manager.ts';
import { stepFunctions } from '../step-functions.ts';
import { randomIds, systemClock } from '../system.ts';
import { killOrders, recordsAndLedger, tableOf, ticketNotes } from './records.ts';

export function askByTicketWorld() {
  const settings = environment([
    'region',
    'deployment',
    'table',
    'stateMachineArn',
    'surveyFunction',
    'eventBus',
  ]);
  const { region, deployment, stateMachineArn, surveyFunction, eventBus } = settings;
  const table = tableOf('granting', settings);
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
    ...killOrders(table),
    ...ticketNotes(table),
    executions: stepFunctions('granting', region, stateMachineArn),
    entries: eksEntries('granting'),
    clusterLeg: lambdaSurvey(region, surveyFunction),
    eventBus: eventBridge('granting', region, eventBus),
    tickets: new RestTickets({ catalog, secrets: secretsManager(region) }),
  };
}
