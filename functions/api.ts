/** Api: everything people and their tools ask over HTTP, from API Gateway's proxy event. */
import { handle } from 'hono/aws-lambda';
import { functionLog } from '#adapters/logger.ts';
import { apiWorld } from '#adapters/wiring/api.ts';
import { createApp } from '#http/app.ts';

export const handler = handle(createApp(apiWorld(), { log: functionLog('Api') }));
