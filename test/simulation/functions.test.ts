/** The simulated functions are those that the stack deploys: the same names, and the same time-outs. */
import { expect, it } from 'vitest';
import { functionNamed, synthesized } from '../infra/synthesized.ts';
import { apiSeconds, functions, webhookSeconds } from './cloud/functions.ts';

const template = synthesized();

it.each([
  ...Object.entries(functions).map(([name, { seconds }]) => [name, seconds] as const),
  ['Api', apiSeconds] as const,
  ['TakeWebhook', webhookSeconds] as const,
])('%s ends after %i s', (name, seconds) => {
  expect(functionNamed(template, name).Properties.Timeout).toBe(seconds);
});
