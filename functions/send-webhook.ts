/** SendWebhook: hands what happened to the catalog's receivers, from a queue for each. */
import { functionLog } from '#adapters/logger.ts';
import { queueHandler } from '#adapters/queue-handler.ts';
import { sendWebhookWorld } from '#adapters/wiring/send-webhook.ts';
import { sendWebhook } from '#operations/send-webhook.ts';

const world = sendWebhookWorld();
const log = functionLog('SendWebhook');

export const handler = queueHandler({ log, postpone: world.postpone }, async ({ to, told }) => {
  // Replies are for tickets; no rule sends one here.
  if (told.type === 'ticket-reply') return;
  await sendWebhook(world, { to, announcement: told });
  log.info('sent', { to, id: told.id });
});
