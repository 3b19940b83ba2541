/** What every store of kill orders must do, the switch that OpenGrant meets included. */
import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import { expect, it } from 'vitest';
import { chainFault } from '#domain/audit-event.ts';
import { InvalidInput, KillSwitchOn, RecordChanged } from '#domain/errors.ts';
import { type KillOrder, type KillPass, lift, newOrder, passing } from '#domain/kill-order.ts';
import { type KillScope, scopesOf } from '#domain/kill-scope.ts';
import { open } from '#domain/transitions/open.ts';
import type { Change, KillOrders, Records } from '#ports';
import { stored } from '../builders/world.ts';

const at = '2026-11-21T09:00:00.000Z';

export const orderOf = (scope: KillScope, id = ulid()) =>
  newOrder({ id, scope, by: 'pat@example.com', reason: 'laptop stolen', at });

const somebody = (): KillScope => ({ kind: 'person', value: `${randomUUID()}@example.com` });

async function begun(kills: KillOrders, scope = somebody(), id = ulid()): Promise<KillOrder> {
  return kills.begin(orderOf(scope, id));
}

async function lifted(kills: KillOrders, order: KillOrder): Promise<KillOrder> {
  const change = lift(order, { by: 'pat@example.com', reason: 'found it' }, at);
  if (!change) throw new Error('It is lifted already.');
  await kills.save({ ...change, expectedVersion: order.version });
  return change.order;
}

/** The change that OpenGrant makes. */
export async function opening(records: Records): Promise<Change> {
  const before = await stored(records, { status: 'approved' });
  const { request, event } = open(before, at, 'curfew:OpenGrant');
  return { request, expectedVersion: before.version, events: [event], unless: scopesOf(before) };
}

/** `fresh` gives empty stores each time, both over the same table. */
export function killsContract(fresh: () => Promise<{ kills: KillOrders; records: Records }>): void {
  it('reads back an order and its events exactly as written, and nothing where nothing was', async () => {
    const { kills, records } = await fresh();
    const { order, events } = orderOf(somebody());
    expect(await kills.begin({ order, events })).toEqual(order);
    expect(await kills.read(order.id)).toEqual(order);
    expect(await kills.events(order.id)).toEqual(events);
    expect(await kills.read(ulid())).toBeUndefined();
    expect(await records.read(order.id)).toBeUndefined();
    expect(await records.unshippedRequests(10)).toEqual([order.id]);
    expect(await records.unshipped(order.id)).toEqual(events);
    for (const event of events) await records.markShipped(event);
    expect(await records.unshippedRequests(10)).toEqual([]);
  });

  it('answers a second order of the same scope with the first, and so a repeat of the first', async () => {
    const { kills } = await fresh();
    const scope = somebody();
    const first = await begun(kills, scope);
    expect(await kills.begin(orderOf(scope))).toEqual(first);
    expect(await kills.begin(orderOf(scope, first.id))).toEqual(first);
    expect((await kills.list({ limit: 10 })).items).toEqual([first]);
    expect(await begun(kills, somebody())).not.toEqual(first);
  });

  it('lets one of many orders of the same scope at the same time be the one', async () => {
    const { kills } = await fresh();
    const scope = somebody();
    const made = await Promise.all(Array.from({ length: 8 }, () => begun(kills, scope)));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect((await kills.list({ limit: 10 })).items).toHaveLength(1);
  });

  it.each(['everything', 'cluster', 'principal', 'person'] as const)(
    'refuses, while it is on for the %s, the intent of a grant, and what would be written with it',
    async (kind) => {
      const { kills, records } = await fresh();
      const change = await opening(records);
      const scope = change.unless?.find((one) => one.kind === kind);
      if (!scope) throw new Error(`A request has no scope ${kind}.`);
      const order = await begun(kills, scope);
      const refused = records.commit(change);
      await expect(refused).rejects.toBeInstanceOf(KillSwitchOn);
      await expect(refused).rejects.toThrow(/kill switch for .* is on: laptop stolen/);
      expect((await records.read(change.request.id))?.status).toBe('approved');
      expect(await records.events(change.request.id)).toHaveLength(change.expectedVersion);

      await lifted(kills, order);
      await records.commit(change);
      expect((await records.read(change.request.id))?.status).toBe('granting');
    },
  );

  it('refuses no one else, and no change that does not ask', async () => {
    const { kills, records } = await fresh();
    for (const scope of [somebody(), { kind: 'cluster', value: 'eu-west-1/other' } as const])
      await begun(kills, scope);
    const change = await opening(records);
    await records.commit(change);
    await begun(kills, { kind: 'everything' });
    const { unless: _, ...unasked } = await opening(records);
    await records.commit(unasked);
  });

  it('answers a repeat of an intent that was written before the switch as if it worked now', async () => {
    const { kills, records } = await fresh();
    const change = await opening(records);
    await records.commit(change);
    await begun(kills, { kind: 'everything' });
    await records.commit(change);
  });

  it('opens nothing in many attempts at the same time that begin when the switch is on', async () => {
    const { kills, records } = await fresh();
    const changes = await Promise.all(Array.from({ length: 12 }, () => opening(records)));
    const order = begun(kills, { kind: 'everything' });
    const racing = await Promise.allSettled(changes.slice(0, 6).map((change) => records.commit(change)));
    await order;
    for (const [n, { status }] of racing.entries())
      if (status === 'fulfilled')
        expect((await records.read(changes[n]?.request.id ?? ''))?.status).toBe('granting');
    const late = await Promise.allSettled(changes.slice(6).map((change) => records.commit(change)));
    expect(late.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
  });

  it('saves a pass with its events, refuses one of another version, and any after it was lifted', async () => {
    const { kills } = await fresh();
    const order = await begun(kills);
    const clusters = [
      { cluster: 'us-east-1/payments-prod', found: 2, ended: 1, problem: 'it did not answer' },
    ];
    const pass: KillPass = { begunAt: at, endedAt: at, denied: 1, clusters };
    const passed = passing(order, pass, at);
    if (!passed) throw new Error('It is driven.');
    await kills.save({ ...passed, expectedVersion: order.version });
    expect(await kills.read(order.id)).toEqual(passed.order);
    const events = await kills.events(order.id);
    expect(events.map(({ type }) => type)).toEqual(['kill-ordered', 'kill-passed']);
    expect(chainFault(events)).toBeUndefined();

    await expect(kills.save({ ...passed, expectedVersion: order.version })).rejects.toBeInstanceOf(
      RecordChanged,
    );
    const over = await lifted(kills, passed.order);
    const again = { ...passed.order, version: over.version + 1 };
    await expect(
      kills.save({ order: again, expectedVersion: over.version, events: [] }),
    ).rejects.toBeInstanceOf(RecordChanged);
    expect(await kills.read(order.id)).toEqual(over);
    expect(chainFault(await kills.events(order.id))).toBeUndefined();
  });

  it('keeps the switch of a later order on when an earlier one is lifted once more', async () => {
    const { kills, records } = await fresh();
    const first = await begun(kills, { kind: 'everything' });
    await lifted(kills, first);
    const second = await begun(kills, { kind: 'everything' });
    expect(second.id).not.toBe(first.id);
    await expect(lifted(kills, first)).rejects.toBeInstanceOf(RecordChanged);
    await expect(records.commit(await opening(records))).rejects.toBeInstanceOf(KillSwitchOn);
  });

  it('lists orders newest first, page by page, and those that need passes oldest first', async () => {
    const { kills, records } = await fresh();
    const made: KillOrder[] = [];
    for (let n = 0; n < 5; n++) made.unshift(await begun(kills, somebody(), ulid(1_700_000_000_000 + n)));
    await stored(records, { status: 'active' });
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await kills.list({ limit: 2, ...(cursor ? { cursor } : {}) });
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== undefined);
    expect(seen).toEqual(made.map(({ id }) => id));
    const [newest, ...others] = made;
    if (!newest) throw new Error('Five were made.');
    await lifted(kills, newest);
    expect((await kills.driven()).map(({ id }) => id)).toEqual(others.map(({ id }) => id).reverse());
    await expect(kills.list({ limit: 2, cursor: 'forged' })).rejects.toBeInstanceOf(InvalidInput);
    await expect(kills.list({ limit: 0 })).rejects.toBeInstanceOf(InvalidInput);
    expect((await records.listOpen({ limit: 10 })).items).toHaveLength(1);
  });
}
