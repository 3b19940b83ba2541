/** An emergency on the real parts: access at once, everybody told, over by itself, and somebody else who looks back at it. */
import { describe, expect, test } from 'vitest';
import type { RequestView } from '#http/request-view.ts';
import { expectTrueRecord, untilNothingStands } from './nothing-stands.ts';
import { aCiRole, aPerson, type E2ePerson } from './person.ts';
import { askArgs, kubectl, mailsAbout, mayGet, rita, rob, until, untilStatus } from './steps.ts';

const told = ['oncall@example.com', 'pat@example.com', 'petra@example.com', rita, rob];
const emergency = { role: 'debugger', duration: '25s', reason: 'INC-1042: payments fail since 12:00' };

const take = (person: E2ePerson, ...more: string[]) =>
  person.terminal.run('curfew', ['request', ...askArgs(person, emergency), '--break-glass', ...more]);

async function latest(person: E2ePerson): Promise<RequestView> {
  const { items } = await person.api.list({ scope: 'mine', limit: 1 });
  return items[0] ?? expect.fail('Nothing was asked for.');
}

const lookBack = (person: E2ePerson, id: string, verdict = '--accept') =>
  person.terminal.run('curfew', ['after-review', id, verdict, '--reason', 'The shell was for INC-1042']);

describe.concurrent('break-glass', () => {
  test('works at once, is told to everybody who has to know, ends by itself, and is looked back at by somebody else', async () => {
    const [gale, pat, reviewer] = await Promise.all([aPerson('gale'), aPerson('pat'), aPerson('rita')]);
    const unsaid = await take(gale);
    expect(unsaid).toMatchObject({ code: 2, stderr: expect.stringContaining("without anybody's review") });
    expect((await gale.api.list({ scope: 'mine', limit: 1 })).items).toEqual([]);

    const taken = await take(gale, '--yes');
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringMatching(/^You have access until/) });
    expect(await mayGet(gale)).toBe('yes');
    const can = await kubectl(
      gale,
      'auth',
      'can-i',
      'create',
      'pods',
      '--subresource=exec',
      '-n',
      'payments',
    );
    expect(can.stdout.trim()).toBe('yes');
    const { id } = await latest(gale);
    expect(await latest(gale)).toMatchObject({
      reviews: [],
      decision: {
        outcome: 'approve',
        matched: expect.arrayContaining(['break-glass']),
        waived: ['role:debugger'],
      },
    });

    const mails = await until('everybody to be told', async () => {
      const about = await mailsAbout(gale.cloud, id);
      return about.length >= told.length && about;
    });
    expect(mails.flatMap(({ to }) => to).sort()).toEqual(told);
    for (const { subject, text } of mails) {
      expect(subject).toBe(
        `BREAK-GLASS: ${gale.session} takes debugger on ${gale.cloud.cluster.name} by break-glass for 25 seconds`,
      );
      expect(text).not.toMatch(/https?:/);
    }
    expect(await lookBack(pat, id)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('once it is over'),
    });

    const { request } = await untilNothingStands(gale, id, 'revoked');
    expect(request.ending?.reason).toBe('its time is up');
    const open = await pat.terminal.run('curfew', ['list', '--open', '--limit', '1000']);
    expect(open.stdout).toMatch(new RegExp(`${id} +revoked +after-review in 23h`));
    for (const nobody of [gale, reviewer]) expect(await lookBack(nobody, id)).toMatchObject({ code: 4 });
    expect(await lookBack(pat, id)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Accepted: debugger'),
    });
    expect(await lookBack(pat, id, '--dispute')).toMatchObject({ code: 7 });

    const seen = await untilStatus(gale, id, 'revoked');
    expect(seen.events.at(-1)).toMatchObject({ type: 'after-reviewed', actor: 'pat@example.com' });
    expect(seen.request.dueAt).toBeUndefined();
    await expectTrueRecord(gale, seen);
  });

  test('is not for a pipeline, nor for a role without it', async () => {
    const [job, hugo] = await Promise.all([
      aPerson('job', { role: await aCiRole(), session: 'deploy-7' }),
      aPerson('hugo'),
    ]);
    const refused = await take(job, '--yes', '--no-wait');
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining('Break-glass is for people') });
    const args = ['request', ...askArgs(hugo), '--break-glass', '--yes', '--no-wait'];
    expect(await hugo.terminal.run('curfew', args)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('these can: debugger'),
    });
    expect(await mayGet(hugo)).not.toBe('yes');
  });
});
