import { afterEach, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { stepHandler } from '#adapters/step-handler.ts';
import { Unavailable } from '#domain/errors.ts';

const schema = z.strictObject({ requestId: z.string(), taskToken: z.string() });
const input = { requestId: '01K', taskToken: 'a-token-that-nobody-may-read' };

const lines: string[] = [];
vi.stubEnv('POWERTOOLS_DEV', 'true'); // else it writes past the console that a test can watch
vi.spyOn(console, 'warn').mockImplementation((line: string) => void lines.push(line));
afterEach(() => void lines.splice(0));

it('answers with what the work gives, and logs nothing', async () => {
  const handler = stepHandler('AskReviewers', schema, async ({ requestId }) => requestId);
  expect(await handler(input)).toBe('01K');
  expect(lines).toEqual([]);
});

it('logs a fault with its request and its cause but not the input, and throws it on', async () => {
  const fault = new Unavailable('Mailing failed.', { cause: new Error('ECONNRESET') });
  const handler = stepHandler('AskReviewers', schema, () => Promise.reject(fault));
  await expect(handler(input)).rejects.toBe(fault);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    service: 'AskReviewers',
    requestId: '01K',
    error: { name: 'Unavailable', message: 'Mailing failed.', cause: { message: 'ECONNRESET' } },
  });
  expect(lines[0]).not.toContain(input.taskToken);
});

it('finds the request in a plan, and does no work for an input that it does not know', async () => {
  const work = vi.fn(async () => Promise.reject(new Unavailable('No.')));
  const planned = stepHandler('BindRole', z.object({ plan: z.object({ requestId: z.string() }) }), work);
  await expect(planned({ plan: { requestId: '01P' } })).rejects.toThrow('No.');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ requestId: '01P' });
  await expect(stepHandler('AskReviewers', schema, work)({ ...input, more: 1 })).rejects.toThrow();
  expect(work).toHaveBeenCalledTimes(1);
  expect(lines[1]).not.toContain(input.taskToken);
});
