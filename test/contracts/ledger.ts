/** What every entry ledger must do. */
import { expect, it } from 'vitest';
import type { EntryItem, EntryKey } from '#domain/access-entry.ts';
import { RecordChanged } from '#domain/errors.ts';
import { amend } from '#domain/lifecycle.ts';
import type { Status } from '#domain/request.ts';
import type { EntryLedger, Records } from '#ports';
import { aRecord } from '../builders/request.ts';

let made = 0;
function aKey(changes: Partial<EntryKey> = {}): EntryKey {
  made += 1;
  return {
    eksName: 'payments-prod',
    region: 'us-east-1',
    principalArn: `arn:aws:iam::111122223333:role/team/role-${made}`,
    ...changes,
  };
}

function creating(key: EntryKey, generation = 1): EntryItem {
  return { key, state: 'creating', generation, roleId: 'AROA1', owned: true };
}

export interface LedgerUnderTest {
  ledger: EntryLedger;
  /** Of the same table: a hold looks at its request. */
  records: Records;
}

/** Keys are new in every test. */
export function ledgerContract(under: () => Promise<LedgerUnderTest>): void {
  /** A ledger, and requests that are granting under these ids. */
  async function fresh(ids: readonly string[] = ['01A', '01B']): Promise<EntryLedger> {
    const { ledger, records } = await under();
    for (const id of ids) {
      const { request, events } = aRecord({ id, status: 'granting' });
      await records.commit({ request, expectedVersion: 0, events });
    }
    return ledger;
  }

  it('knows nothing of an entry that was never held', async () => {
    const ledger = await fresh();
    const key = aKey();
    expect(await ledger.read(key)).toBeUndefined();
    expect(await ledger.holders(key)).toEqual([]);
  });

  it('puts holder and item in one step, and reads both back', async () => {
    const ledger = await fresh();
    const key = aKey({ region: 'eu-west-1' });
    const item = creating(key);
    await ledger.hold('01A', undefined, item);
    expect(await ledger.read(key)).toEqual(item);
    expect(await ledger.holders(key)).toEqual(['01A']);
  });

  it('adds a second holder to an item that is as expected, without touching it', async () => {
    const ledger = await fresh();
    const key = aKey();
    const item = creating(key);
    await ledger.hold('01A', undefined, item);
    await ledger.hold('01B', item, item);
    await ledger.hold('01B', item, item);
    expect(await ledger.holders(key)).toEqual(['01A', '01B']);
    expect(await ledger.read(key)).toEqual(item);
  });

  it('refuses a hold on an item that is not as expected, and leaves no holder', async () => {
    const ledger = await fresh();
    const key = aKey();
    const item = creating(key);
    await ledger.hold('01A', undefined, item);
    const wrong: (EntryItem | undefined)[] = [
      undefined,
      { ...item, state: 'present' },
      { ...item, generation: 2 },
      { ...item, deleteLease: '2026-11-21T08:00:00.000Z' },
    ];
    for (const expected of wrong) {
      await expect(ledger.hold('01B', expected, expected ?? item)).rejects.toBeInstanceOf(RecordChanged);
      await expect(ledger.hold('01B', expected, { ...item })).rejects.toBeInstanceOf(RecordChanged);
    }
    expect(await ledger.holders(key)).toEqual(['01A']);
    expect(await ledger.read(key)).toEqual(item);
  });

  it('moves only from the expected state, generation and lease', async () => {
    const ledger = await fresh();
    const key = aKey();
    const item = creating(key);
    await ledger.hold('01A', undefined, item);
    const present: EntryItem = { ...item, state: 'present', entryArn: 'arn:aws:eks:...:uuid' };
    await ledger.move(item, present);
    expect(await ledger.read(key)).toEqual(present);
    await expect(ledger.move(item, present)).rejects.toBeInstanceOf(RecordChanged);
    await expect(ledger.move({ ...present, generation: 9 }, item)).rejects.toBeInstanceOf(RecordChanged);

    const deleting: EntryItem = { ...present, state: 'deleting', deleteLease: '2026-11-21T08:00:00.000Z' };
    await ledger.move(present, deleting);
    const taken: EntryItem = { ...deleting, deleteLease: '2026-11-21T08:05:00.000Z' };
    await ledger.move(deleting, taken);
    await expect(ledger.move(deleting, { ...deleting, state: 'absent' })).rejects.toBeInstanceOf(
      RecordChanged,
    );
    const { deleteLease: _, ...rest } = taken;
    await ledger.move(taken, { ...rest, state: 'absent' });
    expect(await ledger.read(key)).toEqual({ ...rest, state: 'absent' });
  });

  it('refuses to move an item that does not exist', async () => {
    const ledger = await fresh();
    const item = creating(aKey());
    await expect(ledger.move(item, { ...item, state: 'present' })).rejects.toBeInstanceOf(RecordChanged);
    expect(await ledger.read(item.key)).toBeUndefined();
  });

  it('releases a holder, whether it holds or not', async () => {
    const ledger = await fresh();
    const key = aKey();
    const item = creating(key);
    await ledger.hold('01A', undefined, item);
    await ledger.hold('01B', item, item);
    await ledger.release(key, '01A');
    await ledger.release(key, '01A');
    await ledger.release(aKey(), '01A');
    expect(await ledger.holders(key)).toEqual(['01B']);
    expect(await ledger.read(key)).toEqual(item);
  });

  it('keeps clusters, regions and principals apart', async () => {
    const ledger = await fresh();
    const key = aKey();
    await ledger.hold('01A', undefined, creating(key));
    for (const other of [{ ...key, eksName: 'another' }, { ...key, region: 'eu-west-1' }, aKey()]) {
      expect(await ledger.read(other)).toBeUndefined();
      expect(await ledger.holders(other)).toEqual([]);
    }
  });

  it.each<Status>(['pending', 'approved', 'active', 'revoking', 'revoked', 'failed', 'denied'])(
    'lets no request hold that is %s',
    async (status) => {
      const { ledger, records } = await under();
      const { request, events } = aRecord({ status });
      await records.commit({ request, expectedVersion: 0, events });
      const key = aKey();
      expect(await ledger.hold(request.id, undefined, creating(key))).toBe('ended');
      expect(await ledger.read(key)).toBeUndefined();
      expect(await ledger.holders(key)).toEqual([]);
    },
  );

  it('lets no request hold whose end was requested, or that does not exist', async () => {
    const { ledger, records } = await under();
    const { request, events } = aRecord({ status: 'granting' });
    const at = request.updatedAt;
    const step = { at, actor: 'alice', reason: 'done', type: 'end-requested' as const };
    const ended = amend(request, { ...step, changes: { endRequested: { at, by: 'alice', reason: 'done' } } });
    await records.commit({ request: ended.request, expectedVersion: 0, events: [...events, ended.event] });
    const key = aKey();
    expect(await ledger.hold(request.id, undefined, creating(key))).toBe('ended');
    expect(await ledger.hold('unknown', undefined, creating(key))).toBe('ended');
    expect(await ledger.read(key)).toBeUndefined();
    expect(await ledger.holders(key)).toEqual([]);
  });

  it('lets one of 40 parallel first holds make the item', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `01-${i}`);
    const ledger = await fresh(ids);
    const key = aKey();
    const outcomes = await Promise.allSettled(ids.map((id) => ledger.hold(id, undefined, creating(key))));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(RecordChanged);
    expect(await ledger.holders(key)).toHaveLength(1);
  });

  it('never lets a hold and the step to deleting both succeed unseen: a winning hold is seen after it', async () => {
    const ledger = await fresh();
    for (let round = 0; round < 5; round++) {
      const key = aKey();
      const item: EntryItem = { ...creating(key), state: 'present' };
      await ledger.hold('01A', undefined, item);
      await ledger.release(key, '01A');
      const deleting: EntryItem = { ...item, state: 'deleting', deleteLease: '2026-11-21T08:00:00.000Z' };
      const [held] = await Promise.allSettled([ledger.hold('01B', item, item), ledger.move(item, deleting)]);
      const state = (await ledger.read(key))?.state;
      const holders = await ledger.holders(key);
      expect(holders).toEqual(held.status === 'fulfilled' ? ['01B'] : []);
      if (held.status === 'rejected') expect(state).toBe('deleting');
    }
  });

  it('reads many at once, in order, those of which it knows nothing included', async () => {
    const ledger = await fresh();
    const keys = Array.from({ length: 100 }, () => aKey());
    for (const key of keys.slice(0, 40)) await ledger.hold('01A', undefined, creating(key));
    const found = await ledger.readAll(keys);
    expect(found.map((item) => item?.key)).toEqual(keys.map((key, i) => (i < 40 ? key : undefined)));
    expect(await ledger.readAll([])).toEqual([]);
  });

  it('takes note of an entry that it did not know, once', async () => {
    const ledger = await fresh();
    const key = aKey();
    const item: EntryItem = { ...creating(key, 0), state: 'absent' };
    await ledger.move(undefined, item);
    expect(await ledger.read(key)).toEqual(item);
    await expect(ledger.move(undefined, item)).rejects.toBeInstanceOf(RecordChanged);
  });
}
