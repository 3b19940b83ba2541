/** The world of TakeWebhook: the records, what ticket systems have told, and the secrets by which they prove it. */
import { deployedCatalog } from '../catalog.ts';
import { EmfMetrics } from '../emf-metrics.ts';
import { environment } from '../environment.ts';
import { lambdaBackground } from '../lambda-background.ts';
import { secretsManager } from '../secrets-manager.ts';
import { stepFunctions } from '../step-functions.ts';
import { systemClock } from '../system.ts';
import { recordsAndLedger, tableOf, ticketNotes } from './records.ts';

export function takeWebhookWorld() {
  const settings = environment(['region', 'deployment', 'table', 'stateMachineArn', 'askFunction']);
  const { region, deployment, stateMachineArn, askFunction } = settings;
  const table = tableOf('answering', settings);
  return {
    clock: systemClock,
    settings: { region, deployment },
    catalog: deployedCatalog(),
    ...recordsAndLedger(table),
    ...ticketNotes(table),
    executions: stepFunctions('answering', region, stateMachineArn),
    background: lambdaBackground(region, { askByTicket: askFunction }),
    secrets: secretsManager(region),
    metrics: new EmfMetrics(deployment),
  };
}
