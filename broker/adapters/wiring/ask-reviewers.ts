/** The world of the functions that ask people by mail and wait for them: AskReviewers and AwaitClaim. */
import { createMessages } from '#mail/review-mail.ts';
import { deployedCatalog } from '../catalog.ts';
import { environment } from '../environment.ts';
import { sesMailer } from '../ses-mailer.ts';
import { stepFunctions } from '../step-functions.ts';
import { randomIds, systemClock } from '../system.ts';
import { recordsAndLedger, tableOf } from './records.ts';

export function askReviewersWorld() {
  const settings = environment(['region', 'table', 'mailFrom', 'publicUrl', 'stateMachineArn']);
  const { region, mailFrom, publicUrl, stateMachineArn } = settings;
  const table = tableOf('granting', settings);
  return {
    clock: systemClock,
    ids: randomIds,
    ...recordsAndLedger(table),
    executions: stepFunctions('granting', region, stateMachineArn),
    mailer: sesMailer('granting', region, mailFrom),
    messages: createMessages({ publicUrl, catalog: deployedCatalog() }),
  };
}
