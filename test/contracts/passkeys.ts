/** What every store of passkeys must do. */
import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { chainFault } from '#domain/audit-event.ts';
import { InvalidInput, RecordChanged } from '#domain/errors.ts';
import { newPasskey, type Passkey, register, revokePasskey } from '#domain/passkey.ts';
import type { Passkeys, Records } from '#ports';

const at = '2026-11-21T09:00:00.000Z';
const credential = { id: 'bm9ib2R5', publicKey: 'a2V5', counter: 0, transports: ['internal'] };
const somebody = () => `${randomUUID()}@example.com`;

const asked = (person = somebody(), id = ulid()) =>
  newPasskey({ id, person, name: 'phone', at, hash: 'a'.repeat(64) });

async function kept(passkeys: Passkeys, made = asked()): Promise<Passkey> {
  await passkeys.save({ ...made, expectedVersion: 0 });
  return made.passkey;
}

/** `fresh` gives empty stores each time, both over the same table. */
export function passkeysContract(fresh: () => Promise<{ passkeys: Passkeys; records: Records }>): void {
  it('reads back a passkey and its events exactly as written, and nothing where nothing was', async () => {
    const { passkeys, records } = await fresh();
    const { passkey, events } = asked();
    await passkeys.save({ passkey, events, expectedVersion: 0 });
    expect(await passkeys.read(passkey.id)).toEqual(passkey);
    expect(await passkeys.events(passkey.id)).toEqual(events);
    expect(await passkeys.read(ulid())).toBeUndefined();
    expect(await passkeys.of(somebody())).toEqual([]);
    expect(await records.read(passkey.id)).toBeUndefined();
    expect(await records.unshippedRequests(10)).toEqual([passkey.id]);
    expect(await records.unshipped(passkey.id)).toEqual(events);
  });

  it('saves each change on the one it read, and lets one of many at the same time be the one', async () => {
    const { passkeys } = await fresh();
    const first = await kept(passkeys);
    const changes = Array.from({ length: 6 }, (_, n) =>
      register(first, first.enrolment.hash, { ...credential, counter: n }, at),
    );
    const saved = await Promise.allSettled(
      changes.map((change) => passkeys.save({ ...change, expectedVersion: first.version })),
    );
    const done = saved.flatMap(({ status }, n) => (status === 'fulfilled' ? [changes[n]?.passkey] : []));
    expect(done).toHaveLength(1);
    expect(await passkeys.read(first.id)).toEqual(done[0]);
    for (const one of saved) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(RecordChanged);
    const events = await passkeys.events(first.id);
    expect(events.map(({ type }) => type)).toEqual(['passkey-asked', 'passkey-registered']);
    expect(chainFault(events)).toBeUndefined();
  });

  it('never makes one anew under an id that is taken', async () => {
    const { passkeys } = await fresh();
    const first = await kept(passkeys);
    await expect(kept(passkeys, asked(somebody(), first.id))).rejects.toBeInstanceOf(RecordChanged);
    expect(await passkeys.read(first.id)).toEqual(first);
  });

  it("tells a person's own, oldest first and as they are now, and nobody else's", async () => {
    const { passkeys } = await fresh();
    const person = somebody();
    const older = await kept(passkeys, asked(person, ulid(1_700_000_000_000)));
    const newer = await kept(passkeys, asked(person, ulid(1_700_000_000_001)));
    await kept(passkeys);
    const revoked = revokePasskey(older, { by: person, reason: 'lost' }, at);
    if (!revoked) throw new Error('It was not revoked before.');
    await passkeys.save({ ...revoked, expectedVersion: older.version });
    expect(await passkeys.of(person)).toEqual([revoked.passkey, newer]);
  });

  it('lists all, newest first, page by page', async () => {
    const { passkeys } = await fresh();
    const made: string[] = [];
    for (let n = 0; n < 5; n++)
      made.unshift((await kept(passkeys, asked(somebody(), ulid(1_700_000_000_000 + n)))).id);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await passkeys.list({ limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(made);
    await expect(passkeys.list({ limit: 2, cursor: 'forged' })).rejects.toBeInstanceOf(InvalidInput);
    await expect(passkeys.list({ limit: 0 })).rejects.toBeInstanceOf(InvalidInput);
  });
}
