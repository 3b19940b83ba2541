/** TakeWebhook: what ticket systems tell, from API Gateway's proxy event; apart from the Api, so that a flood of it starves nobody. */
import { handle } from 'hono/aws-lambda';
import { functionLog } from '#adapters/logger.ts';
import { takeWebhookWorld } from '#adapters/wiring/take-webhook.ts';
import { createWebhookApp } from '#http/webhooks.ts';

export const handler = handle(createWebhookApp(takeWebhookWorld(), functionLog('TakeWebhook')));
