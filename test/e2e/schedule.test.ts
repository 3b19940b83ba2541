/** Access that was asked for ahead of its time: nothing of it exists before, and it ends when it was to end. */
import { describe, expect, test } from 'vitest';
import { startProbe } from '#local/demo/probe.ts';
import { accessEntry, bindingsOf, statesEntered } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { approveByMail, ask, askArgs, mailAbout, mayGet, until, untilStatus } from './steps.ts';

const podsPath = '/api/v1/namespaces/payments/pods';

/** Looks as long as the time before a start lasts: everything that stood before it. Each look counts if it ended in time. */
async function stoodBefore(person: E2ePerson, id: string, start: string): Promise<unknown[]> {
  const { cloud, role } = person;
  const looks: unknown[] = [];
  for (;;) {
    const look = {
      kubectl: await mayGet(person),
      entry: await accessEntry(cloud, role.arn),
      bindings: await bindingsOf(cloud, id),
    };
    if (new Date().toISOString() >= start) return looks;
    looks.push(look);
  }
}

const nothing = { kubectl: 'unauthorized', entry: undefined, bindings: [] };

describe.concurrent('access that is to start later', () => {
  test('begins with its start and not before, and is gone at its end', async () => {
    const sara = await aPerson('sara');
    const probe = await startProbe(sara.terminal, sara.cloud.cluster, podsPath);
    try {
      // The command returns once it is approved, long before there is anything to use.
      const asking = sara.terminal.run('curfew', [
        'request',
        ...askArgs(sara, { at: '+40s', duration: '25s' }),
        ...['--output', 'json'],
      ]);
      const [{ id } = { id: '' }] = await until('the request', async () => {
        const { items } = await sara.api.list({ scope: 'mine', limit: 1 });
        return items.length > 0 && items;
      });
      const mail = await mailAbout(sara.cloud, id);
      expect(mail.subject).toMatch(/for 25 seconds, from .* \d\d:\d\d:\d\d UTC until \d\d:\d\d:\d\d UTC$/);
      await approveByMail(sara.cloud, id);
      const { code, stdout, stderr } = await asking;
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Access from') });
      const { status, asked } = JSON.parse(stdout);
      expect(status).toBe('scheduled');
      const { startsAt } = asked;
      const before = await stoodBefore(sara, id, startsAt);
      expect(before).not.toEqual([]);
      for (const look of before) expect(look).toEqual(nothing);

      const { request } = await untilStatus(sara, id, 'active');
      await until('kubectl to be allowed', async () => (await mayGet(sara)) === 'yes', 20_000);
      const end = new Date(Date.parse(startsAt) + 25_000).toISOString();
      expect(request.grant?.expiresAt).toBe(end);
      expect(request.grant?.openedAt).toSatisfy((at: string) => at >= startsAt);
      const { events } = await untilNothingStands(sara, id, 'revoked');
      expect(events.map(({ type }) => type)).toContain('scheduled');

      expect(probe.changes.map(({ allowed }) => allowed)).toEqual([false, true, false]);
      const [, begun, ended] = probe.changes;
      expect(begun?.at.toISOString()).toSatisfy((at: string) => at >= startsAt);
      expect(ended?.at.toISOString()).toSatisfy((at: string) => at >= end);
      const states = await statesEntered(sara.cloud, id);
      expect(states.filter((state) => state === 'AwaitStart')).toHaveLength(1);
      expect(states.slice(0, 5)).toEqual([
        ...['AskReviewers', 'OpenGrant', 'AwaitStart', 'OpenGrant', 'BindRole'],
      ]);
    } finally {
      await probe.stop();
    }
  });

  test.for<[how: string, args: string[], ended: 'withdrawn' | 'denied']>([
    ['withdrawn', ['withdraw'], 'withdrawn'],
    ['revoked', ['revoke', '--reason', 'not needed'], 'denied'],
  ])('and is %s before that, never starts', async ([, [command = '', ...options], ended]) => {
    const person = await aPerson('walter');
    const probe = await startProbe(person.terminal, person.cloud.cluster, podsPath);
    try {
      const { id, asked } = await ask(person, { at: '+30s', duration: '30s' });
      await approveByMail(person.cloud, id);
      await untilStatus(person, id, 'scheduled');
      const { code, stderr } = await person.terminal.run('curfew', [command, id, ...options]);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      await until('the start', async () => Date.now() > Date.parse(asked.startsAt ?? ''));
      // Its execution wakes at the start, and finds nothing to open.
      await until('its execution to end', async () =>
        (await statesEntered(person.cloud, id)).includes('NotGranted'),
      );
      const { request } = await person.api.show(id);
      expect(request.status).toBe(ended);
      expect(request).not.toHaveProperty('grant');
      expect(await bindingsOf(person.cloud, id)).toEqual([]);
      expect(await accessEntry(person.cloud, person.role.arn)).toBeUndefined();
      expect(probe.changes.map(({ allowed }) => allowed)).toEqual([false]);
    } finally {
      await probe.stop();
    }
  });
});
