/** Access that is ended before its time with `curfew revoke`: at once, by whoever may, with their reason on record. */
import { describe, expect, test } from 'vitest';
import { untilNothingStands } from './nothing-stands.ts';
import { aCiRole, aPerson, type E2ePerson } from './person.ts';
import { getAccess, mayGet, until } from './steps.ts';

const revoke = ({ terminal }: E2ePerson, id: string, reason: string) =>
  terminal.run('curfew', ['revoke', id, '--reason', reason]);

describe.concurrent('curfew revoke', () => {
  test.for<[by: string, who: string, actor: (person: E2ePerson) => Promise<E2ePerson>, reason: string]>([
    ['the one who asked', 'erin', async (person) => person, 'done sooner than I thought'],
    ['a reviewer', 'gwen', () => aPerson('rob'), 'laptop lost'],
    ['an operator', 'hank', () => aPerson('pat'), 'this is an incident'],
  ])('by %s ends the access at once', async ([, who, actorFor, reason]) => {
    const person = await aPerson(who);
    const actor = await actorFor(person);
    // So long that only the revoke can have ended it.
    const { id, grant } = await getAccess(person, { duration: '1h' });
    expect(await mayGet(person)).toBe('yes');

    const revoking = revoke(actor, id, reason);
    await until('kubectl to be refused', async () => (await mayGet(person)) !== 'yes', 20_000);
    expect(await revoking).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^pod-reader on payments-prod, namespace payments .*: access ended /),
    });

    const { request, events } = await untilNothingStands(person, id, 'revoked');
    expect(request).toMatchObject({
      endRequested: { by: actor.session, reason },
      ending: { reason },
      grant: { expiresAt: grant?.expiresAt },
    });
    expect(request.grant?.unboundAt).toSatisfy((at: string) => at < (grant?.expiresAt ?? ''));
    expect(events.filter(({ type }) => type === 'end-requested')).toMatchObject([{ actor: actor.session }]);
  });

  test('by anybody else is refused and changes nothing', async () => {
    const person = await aPerson('finn');
    const { id } = await getAccess(person, { duration: '1h' });
    const before = await person.api.show(id);
    const strangers = await Promise.all([
      aPerson('mallory'),
      // In the same IAM role; a reviewer, but not of this role; and a CI job that calls itself an operator.
      aPerson('bob', { role: person.role }),
      aPerson('petra'),
      aPerson('pat', { role: await aCiRole() }),
    ]);
    for (const stranger of strangers) {
      expect(await revoke(stranger, id, 'because I can')).toMatchObject({
        code: 4,
        stderr: expect.stringMatching(
          /Only the one who asked, a reviewer .*, or an operator .*`curfew whoami`/s,
        ),
      });
    }
    expect(await person.api.show(id)).toEqual(before);
    expect(await mayGet(person)).toBe('yes');
    await person.api.revoke(id, 'end of the test');
  });
});
