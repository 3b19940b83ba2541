/** AskByTicket: asks for what tickets ask for, as TakeWebhook has noted it; nobody outside can call it. */
import { functionLog } from '#adapters/logger.ts';
import { stepHandler } from '#adapters/step-handler.ts';
import { askByTicketWorld } from '#adapters/wiring/ask-by-ticket.ts';
import { anyStep } from '#domain/step-input.ts';
import { askByTicket } from '#operations/ask-by-ticket.ts';

const world = askByTicketWorld();
const log = functionLog('AskByTicket');

export const handler = stepHandler('AskByTicket', anyStep, async () => {
  const { asked, refused, failed } = await askByTicket(world);
  for (const { ask, error } of failed) log.warn('could not be asked for', { ...ask, error });
  for (const { source, ticket } of refused) log.info('nothing was asked for', { source, ticket });
  return { asked, refused: refused.length, failed: failed.length };
});
