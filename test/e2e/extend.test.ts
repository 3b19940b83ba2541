/** Access that goes on: the person sees no gap, nobody gets more than was approved, and an early end ends all of it. */
import { describe, expect, test } from 'vitest';
import { startProbe } from '#local/demo/probe.ts';
import { bindingsOf } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { approveByMail, ask, getAccess, kubectl, mailAbout, mayGet, until, untilStatus } from './steps.ts';

const podsPath = '/api/v1/namespaces/payments/pods';

/** Asks with `curfew extend`: what it will have said, and the extension. */
async function extending(person: E2ePerson, id: string, duration: string) {
  const said = person.terminal.run('curfew', ['extend', id, '--for', duration]);
  const extension = await until(`an extension of ${id}`, async () => {
    const { items } = await person.api.list({ scope: 'mine', limit: 10 });
    return items.find(({ asked }) => asked.extends === id);
  });
  return { said, extension };
}

describe.concurrent('curfew extend', () => {
  test('goes on where the grant ends: kubectl is allowed in every poll between, and refused after', async () => {
    const emma = await aPerson('emma');
    const colleague = await aPerson('cole', { role: emma.role });
    const probes = await Promise.all(
      [emma, colleague].map(({ terminal }) => startProbe(terminal, emma.cloud.cluster, podsPath)),
    );
    try {
      const first = await getAccess(emma, { duration: '35s' });
      const { expiresAt = '', openedAt = '' } = first.grant ?? {};
      const { said, extension } = await extending(emma, first.id, '20s');
      const { id } = extension;
      const mail = await mailAbout(emma.cloud, id);
      expect(mail.text).toContain(`Continues: the grant ${first.id}`);
      await approveByMail(emma.cloud, id);
      expect(await said).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^Your access goes on until /),
      });
      // Real kubectl, too, from before the handover to the end of the first grant.
      await until('the end of the first grant', async () => {
        const { code, stderr } = await kubectl(emma, 'get', 'pods', '-n', 'payments');
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        return new Date().toISOString() > expiresAt;
      });
      await untilStatus(emma, first.id, 'revoked');
      expect(await bindingsOf(emma.cloud, first.id)).toEqual([]);
      expect(await mayGet(emma)).toBe('yes');
      const { request } = await untilNothingStands(emma, id, 'revoked');
      expect(request).toMatchObject({
        firstStart: first.grant?.activatedAt,
        asked: { extends: first.id, startsAt: expiresAt },
        grant: { expiresAt: new Date(Date.parse(expiresAt) + 20_000).toISOString() },
      });
      // Half a minute before the end at the earliest.
      expect(Date.parse(request.grant?.openedAt ?? '')).toBeGreaterThanOrEqual(
        Date.parse(expiresAt) - 30_000,
      );
      expect(Date.parse(openedAt)).toBeLessThan(Date.parse(request.grant?.openedAt ?? ''));

      const [hers, theirs] = probes.map(({ changes }) => changes);
      expect(hers?.map(({ allowed }) => allowed)).toEqual([false, true, false]);
      expect(hers?.at(-1)?.at.toISOString()).toSatisfy(
        (at: string) => at >= (request.grant?.expiresAt ?? ''),
      );
      expect(theirs?.map(({ allowed }) => allowed)).toEqual([false]);
    } finally {
      await Promise.all(probes.map((probe) => probe.stop()));
    }
  });

  test('ends with the grant that it extends, when that one is ended early', async () => {
    const dora = await aPerson('dora');
    const first = await getAccess(dora, { duration: '60s' });
    const { said, extension } = await extending(dora, first.id, '10m');
    await approveByMail(dora.cloud, extension.id);
    expect((await said).code).toBe(0);
    // Both stand: the handover has begun.
    await untilStatus(dora, extension.id, 'active');
    expect(await bindingsOf(dora.cloud, first.id)).toHaveLength(1);
    expect(await bindingsOf(dora.cloud, extension.id)).toHaveLength(1);
    const revoking = dora.terminal.run('curfew', ['revoke', '--reason', 'done']);
    await until('kubectl to be refused', async () => (await mayGet(dora)) !== 'yes', 20_000);
    expect(await revoking).toMatchObject({ code: 0 });
    for (const { id } of [first, extension]) await untilStatus(dora, id, 'revoked');
    for (const { id } of [first, extension]) {
      const { request } = await untilNothingStands(dora, id, 'revoked');
      expect(request.endRequested).toMatchObject({ by: dora.session, reason: 'done' });
      expect(request.grant?.unboundAt).toSatisfy((at: string) => at < (request.grant?.expiresAt ?? ''));
    }
  });

  test('that is denied, or asked for after the end, changes nothing', async () => {
    const nora = await aPerson('nora');
    const pending = await ask(nora, { duration: '20s' });
    const early = await nora.terminal.run('curfew', ['extend', pending.id, '--for', '20s']);
    expect(early).toMatchObject({ code: 7, stderr: expect.stringContaining('waiting for') });
    await approveByMail(nora.cloud, pending.id);
    const { request } = await untilStatus(nora, pending.id, 'active');
    const { said, extension } = await extending(nora, pending.id, '20s');
    await nora.api.withdraw(extension.id);
    expect(await said).toMatchObject({ code: 5, stderr: expect.stringContaining('ends as it was given') });
    const ended = await untilNothingStands(nora, pending.id, 'revoked');
    expect(ended.request.grant?.expiresAt).toBe(request.grant?.expiresAt);
    const late = await nora.terminal.run('curfew', ['extend', pending.id, '--for', '20s']);
    expect(late).toMatchObject({ code: 7, stderr: expect.stringContaining('access ended') });
  });
});
