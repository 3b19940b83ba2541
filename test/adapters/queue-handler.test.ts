/** Messages of a queue: each by itself, and those that fail again after a pause that grows. */
import { describe, expect, it } from 'vitest';
import { queueHandler } from '#adapters/queue-handler.ts';
import { Unavailable } from '#domain/errors.ts';
import { mostTries, pauseSeconds } from '#domain/hand-on.ts';

const told = {
  version: 1,
  id: 'reply-1',
  at: '2026-11-21T08:00:00.000Z',
  deployment: 'curfew',
  type: 'ticket-reply',
  ticketSources: ['jira'],
  ticket: 'PAY-17',
  text: 'x',
};

const record = (id: string, tries: number, body: unknown = { to: 'jira', told }) => ({
  messageId: id,
  receiptHandle: `receipt ${id}`,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  eventSourceARN: 'arn:aws:sqs:us-east-1:111122223333:queue',
  attributes: { ApproximateReceiveCount: String(tries) },
});

function handler(
  fail: (id: string) => boolean = () => false,
  postponing: () => Promise<void> = async () => {},
) {
  const worked: string[] = [];
  const postponed: [string, number][] = [];
  const logged: string[] = [];
  const log = (message: string, facts: Record<string, unknown> = {}) =>
    void logged.push(`${message} ${JSON.stringify(facts)} ${facts.error}`);
  const handle = queueHandler(
    {
      log: { info: log, warn: log, error: log },
      postpone: async ({ id }, seconds) => {
        postponed.push([id, seconds]);
        await postponing();
      },
    },
    async ({ to, told: { id } }) => {
      worked.push(`${to} ${id}`);
      if (fail(id)) throw new Unavailable('down');
    },
  );
  return { handle, worked, postponed, logged };
}

describe('a batch', () => {
  it('fails for those messages alone that failed', async () => {
    const { handle, worked, postponed } = handler((id) => id === 'bad');
    const bad = record('b', 3, { to: 'jira', told: { ...told, id: 'bad' } });
    expect(await handle({ Records: [record('a', 1), bad, record('c', 1)] })).toEqual({
      batchItemFailures: [{ itemIdentifier: 'b' }],
    });
    expect(worked).toHaveLength(3);
    expect(postponed).toEqual([['b', 40]]);
  });

  it('puts what is not of its form off as well, and says nothing of what is in it', async () => {
    const { handle, logged } = handler();
    const Records = [
      record('a', 1, 'canary'),
      record('b', 1, { to: 'jira', told: { ...told, more: 'canary' } }),
    ];
    expect((await handle({ Records })).batchItemFailures).toHaveLength(2);
    expect(logged.join('\n')).toMatch(/not in the form/);
    expect(logged.join('\n')).not.toMatch(/canary/);
  });

  it('fails all the same where the pause can not be set', async () => {
    const { handle } = handler(
      () => true,
      () => Promise.reject(new Error('away')),
    );
    expect((await handle({ Records: [record('a', 1)] })).batchItemFailures).toHaveLength(1);
  });
});

describe('the pause', () => {
  it('grows to an hour, and the tries last for half a day', () => {
    expect([1, 2, 3, 9, 10, 1000].map(pauseSeconds)).toEqual([10, 20, 40, 2560, 3600, 3600]);
    const all = Array.from({ length: mostTries - 1 }, (_, i) => pauseSeconds(i + 1));
    expect(all.reduce((a, b) => a + b) / 3600).toBeGreaterThan(10);
    // SQS hides a message for twelve hours at most, and its queue keeps it for four days.
    expect(Math.max(...all)).toBeLessThanOrEqual(12 * 3600);
  });
});
