import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { chainFault } from '#domain/audit-event.ts';
import {
  IdentityRefused,
  LinkUnusable,
  NotAllowed,
  PasskeyNotFound,
  PasskeyRefused,
  WrongStatus,
} from '#domain/errors.ts';
import { confirmationCode, enrolmentMs, passkeyStatus } from '#domain/passkey.ts';
import { approvalChallenge } from '#domain/passkey-challenge.ts';
import { approveByPasskey, usablePasskeys } from '#operations/approve-by-passkey.ts';
import { confirmPasskey, enrolPasskey, listPasskeys, revokeOnesPasskey } from '#operations/passkeys.ts';
import { openEnrolment, registerPasskey } from '#operations/register-passkey.ts';
import { SoftAuthenticator } from '../builders/authenticator.ts';
import { aCaller } from '../builders/caller.ts';
import { enrolled, linkIn, passkeyOf } from '../builders/passkey.ts';
import { aWorld } from '../builders/world.ts';

const rita = aCaller('rita');
const rob = aCaller('rob');
const approving = {
  requestId: '01K9QT3M8G5Z0V1B2C3D4E5F6G',
  digest: 'd'.repeat(64),
  reviewer: 'rita@example.com',
  page: 'p'.repeat(64),
};

const signs = (world: MemoryWorld, device: SoftAuthenticator, of = approving) =>
  approveByPasskey(world, of, device.sign(approvalChallenge(of)));

describe('enrolling a passkey', () => {
  it('takes a link that was asked for while signed in, the page it opens, and a second person with its code', async () => {
    const world = aWorld();
    const { passkey, link } = await enrolPasskey(world, { caller: rita, name: 'phone' });
    expect(link.startsWith('https://curfew.example.com/prod/passkey/')).toBe(true);
    const at = linkIn(link);
    const { challenge } = await openEnrolment(world, at);
    const made = await registerPasskey(world, { ...at, response: new SoftAuthenticator().make(challenge) });
    expect(passkeyStatus(made)).toBe('unconfirmed');
    expect(await usablePasskeys(world, 'rita@example.com')).toEqual([]);
    const code = made.credential ? confirmationCode(made.credential) : '';
    await confirmPasskey(world, { caller: rob, id: passkey.id, code: ` ${code.toUpperCase()} ` });
    expect(await usablePasskeys(world, 'rita@example.com')).toMatchObject([
      { confirmed: { by: 'rob@example.com' } },
    ]);
    const events = await world.passkeys.events(passkey.id);
    expect(events.map(({ type, actor }) => [type, actor])).toEqual([
      ['passkey-asked', 'rita@example.com'],
      ['passkey-registered', 'rita@example.com'],
      ['passkey-confirmed', 'rob@example.com'],
    ]);
    expect(chainFault(events)).toBeUndefined();
    expect(JSON.stringify([...world.inside.passkeys.kept, events])).not.toContain(at.secret);
  });

  it('is for people who review', async () => {
    const world = aWorld();
    await expect(enrolPasskey(world, { caller: aCaller('alice'), name: 'x' })).rejects.toBeInstanceOf(
      NotAllowed,
    );
    await expect(enrolPasskey(world, { caller: aCaller('ci'), name: 'x' })).rejects.toBeInstanceOf(
      IdentityRefused,
    );
  });

  it('works once, for a quarter of an hour, with the link as it was given', async () => {
    const world = aWorld();
    const { link } = await enrolPasskey(world, { caller: rita, name: 'phone' });
    const at = linkIn(link);
    const refused = (given = at) => expect(openEnrolment(world, given)).rejects.toBeInstanceOf(LinkUnusable);
    await refused({ ...at, secret: 'x'.repeat(43) });
    await refused({ ...at, id: '01K9QT3M8G5Z0V1B2C3D4E5F6G' });
    const { challenge } = await openEnrolment(world, at);
    world.inside.clock.advance(enrolmentMs - 1);
    await registerPasskey(world, { ...at, response: new SoftAuthenticator().make(challenge) });
    await refused();
    const second = await enrolPasskey(world, { caller: rita, name: 'phone' });
    world.inside.clock.advance(enrolmentMs);
    await refused(linkIn(second.link));
  });

  it('takes no authenticator that answers another page', async () => {
    const world = aWorld();
    const first = linkIn((await enrolPasskey(world, { caller: rita, name: 'phone' })).link);
    const second = linkIn((await enrolPasskey(world, { caller: rita, name: 'phone' })).link);
    const { challenge } = await openEnrolment(world, first);
    const response = new SoftAuthenticator().make(challenge);
    await expect(registerPasskey(world, { ...second, response })).rejects.toBeInstanceOf(PasskeyRefused);
  });

  it('stops at five open links in an hour, and at ten passkeys', async () => {
    const world = aWorld();
    for (let n = 0; n < 5; n++) await enrolPasskey(world, { caller: rita, name: 'phone' });
    await expect(enrolPasskey(world, { caller: rita, name: 'phone' })).rejects.toBeInstanceOf(WrongStatus);
    await enrolPasskey(world, { caller: rob, name: 'phone' });
    world.inside.clock.advance(3_600_000);
    for (let n = 0; n < 10; n++) await enrolled(world, 'rita', 'rob');
    await expect(enrolPasskey(world, { caller: rita, name: 'phone' })).rejects.toThrow(/Revoke one/);
  });
});

describe('confirming a passkey', () => {
  it('is never for its own person, under whatever name', async () => {
    const world = aWorld();
    const { passkey, code } = await passkeyOf(world, 'rita');
    await expect(confirmPasskey(world, { caller: rita, id: passkey.id, code })).rejects.toThrow(/their own/);
    const asPat = { ...aCaller('pat'), person: 'rita+ops@example.com' };
    world.catalog.operators.push('rita+ops@example.com', 'r.jones@example.com');
    await expect(confirmPasskey(world, { caller: asPat, id: passkey.id, code })).rejects.toThrow(/their own/);
    world.catalog.people = { 'rita@example.com': { aliases: ['r.jones@example.com'] } };
    const asAlias = { ...aCaller('pat'), person: 'r.jones@example.com' };
    await expect(confirmPasskey(world, { caller: asAlias, id: passkey.id, code })).rejects.toThrow(
      /their own/,
    );
  });

  it('takes the code that its person was shown, a reviewer or an operator, and one that waits for it', async () => {
    const world = aWorld();
    const { passkey, code } = await passkeyOf(world, 'rita');
    const { id } = passkey;
    const wrong = confirmPasskey(world, { caller: rob, id, code: '0000-0000' });
    await expect(wrong).rejects.toThrow(/not the code/);
    await expect(confirmPasskey(world, { caller: aCaller('alice'), id, code })).rejects.toBeInstanceOf(
      NotAllowed,
    );
    await confirmPasskey(world, { caller: aCaller('pat'), id, code });
    await expect(confirmPasskey(world, { caller: rob, id, code })).rejects.toBeInstanceOf(WrongStatus);
    await expect(
      confirmPasskey(world, { caller: rob, id: '01K9QT3M8G5Z0V1B2C3D4E5F6G', code }),
    ).rejects.toBeInstanceOf(PasskeyNotFound);
  });
});

describe('what a passkey signs for a review', () => {
  it('is kept with what proves it, and its use is on record', async () => {
    const world = aWorld();
    const { device, id } = await enrolled(world, 'rita', 'rob');
    const review = await signs(world, device);
    expect(review).toMatchObject({ id, proof: { page: approving.page } });
    expect((await world.passkeys.events(id)).at(-1)).toMatchObject({
      type: 'passkey-used',
      facts: { requestId: approving.requestId, counter: 1 },
    });
  });

  it.each(['requestId', 'digest', 'reviewer', 'page'] as const)('is of exactly one %s', async (what) => {
    const world = aWorld();
    const { device } = await enrolled(world, 'rita', 'rob');
    const signed = device.sign(approvalChallenge({ ...approving, [what]: 'other' }));
    await expect(approveByPasskey(world, approving, signed)).rejects.toThrow(
      /another page or another request/,
    );
  });

  it('is refused when it is sent again', async () => {
    const world = aWorld();
    for (const device of [new SoftAuthenticator(), new SoftAuthenticator(-1)]) {
      await enrolled(world, 'rita', 'rob', device);
      const signed = device.sign(approvalChallenge(approving));
      await approveByPasskey(world, approving, signed);
      await expect(approveByPasskey(world, approving, signed)).rejects.toThrow(/sent before/);
    }
  });

  it('is refused when its counter went back, and that is on record', async () => {
    const world = aWorld();
    const { device, id } = await enrolled(world, 'rita', 'rob');
    device.counter = 7;
    await signs(world, device);
    for (const copy of [7, 3]) {
      device.counter = copy - 1;
      await expect(signs(world, device, { ...approving, page: `page ${copy}` })).rejects.toThrow(
        /may have a copy/,
      );
    }
    expect((await world.passkeys.events(id)).at(-1)).toMatchObject({
      type: 'passkey-suspected',
      facts: { kept: 8, given: 3 },
    });
    expect((await world.passkeys.read(id))?.suspected).toMatchObject({ requestId: approving.requestId });
  });

  it('needs no counter where the authenticator has none, as synced passkeys', async () => {
    const world = aWorld();
    const { device } = await enrolled(world, 'rita', 'rob', new SoftAuthenticator(-1));
    await signs(world, device);
    await signs(world, device, { ...approving, page: 'another page' });
  });

  it("is refused of somebody else's passkey, of one that is not confirmed, and of one that was revoked", async () => {
    const world = aWorld();
    const robs = await enrolled(world, 'rob', 'rita');
    await expect(signs(world, robs.device)).rejects.toThrow(/not a passkey of rita@example.com/);
    const fresh = await passkeyOf(world, 'rita');
    await expect(signs(world, fresh.device)).rejects.toThrow(/not confirmed yet/);
    const { device, id } = await enrolled(world, 'rita', 'rob');
    await revokeOnesPasskey(world, { caller: rita, id, reason: 'lost' });
    await expect(signs(world, device)).rejects.toThrow(/was revoked/);
  });

  it('that was revoked while it was checked approves nothing', async () => {
    const world = aWorld();
    const { device, id } = await enrolled(world, 'rita', 'rob');
    const { asserted } = world.authenticators;
    world.authenticators = {
      ...world.authenticators,
      registered: world.authenticators.registered,
      credentialOf: world.authenticators.credentialOf,
      async asserted(...given) {
        const found = await asserted(...given);
        await revokeOnesPasskey(world, { caller: aCaller('pat'), id, reason: 'stolen' });
        return found;
      },
    };
    await expect(signs(world, device)).rejects.toThrow(/was revoked/);
  });
});

describe('passkeys are revoked and listed', () => {
  it('by their person or an operator, once and for all', async () => {
    const world = aWorld();
    const { id } = await enrolled(world, 'rita', 'rob');
    await expect(revokeOnesPasskey(world, { caller: rob, id, reason: 'x' })).rejects.toBeInstanceOf(
      NotAllowed,
    );
    const revoked = await revokeOnesPasskey(world, { caller: aCaller('pat'), id, reason: 'left' });
    expect(await revokeOnesPasskey(world, { caller: rita, id, reason: 'again' })).toEqual(revoked);
    expect(passkeyStatus(revoked)).toBe('revoked');
  });

  it("to oneself one's own, to reviewers and operators all", async () => {
    const world = aWorld();
    const mine = await enrolled(world, 'rita', 'rob');
    const robs = await enrolled(world, 'rob', 'rita');
    const listed = async (caller = rita, everybody = false) =>
      (await listPasskeys(world, { caller, everybody, limit: 10 })).items.map(({ id }) => id);
    expect(await listed()).toEqual([mine.id]);
    expect(await listed(rita, true)).toEqual([robs.id, mine.id]);
    expect(await listed(aCaller('pat'), true)).toEqual([robs.id, mine.id]);
    expect(await listed(aCaller('alice'))).toEqual([]);
    await expect(listed(aCaller('alice'), true)).rejects.toBeInstanceOf(NotAllowed);
  });
});
