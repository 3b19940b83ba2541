/** What every keeper of the log's state must do. */
import { expect, it } from 'vitest';
import { emptyLog } from '#domain/audit-log/log-objects.ts';
import { canonicalJson } from '#domain/digest.ts';
import { RecordChanged } from '#domain/errors.ts';
import type { AuditLog, LogState, Records } from '#ports';
import { aRecord } from '../builders/request.ts';

export interface LogUnderTest {
  log: AuditLog;
  records: Records;
}

export const aPendingState = (version: number): LogState => ({
  version,
  head: emptyLog,
  pending: {
    objects: [{ key: 'checkpoints/000000000001.json', text: '{"x":"Zoë 🦉"}' }],
    leaves: [['01KAJ000000000000000000001', 1, 'ab'.repeat(32)]],
    first: 0,
    next: {
      number: 1,
      size: 1,
      roots: ['ab'.repeat(32)],
      at: '2026-11-21T08:00:00.000Z',
      checkpoint: 'cd'.repeat(32),
    },
  },
});

export function auditLogContract(fresh: () => Promise<LogUnderTest>): void {
  async function withRecord() {
    const { log, records } = await fresh();
    const { request, events } = aRecord({ status: 'active' });
    await records.commit({ request, expectedVersion: 0, events });
    return { log, records, events, id: request.id };
  }

  it('begins with an empty log, and keeps each state in place of the one before', async () => {
    const { log } = await fresh();
    expect(await log.read()).toEqual({ version: 0, head: emptyLog });
    await log.save(aPendingState(1));
    expect(await log.read()).toEqual(aPendingState(1));
    const { pending: { next } = {}, ...rest } = aPendingState(2);
    const done = { ...rest, head: next ?? emptyLog };
    await log.save(done);
    expect(await log.read()).toEqual(done);
  });

  it('lets one of many go on from a state (N61)', async () => {
    const { log } = await fresh();
    const save = (state: LogState) =>
      log.save(state).then(
        () => 'saved',
        (error) => (error instanceof RecordChanged ? 'changed' : error),
      );
    const first = await Promise.all(Array.from({ length: 5 }, () => save(aPendingState(1))));
    expect(first.sort()).toEqual(['changed', 'changed', 'changed', 'changed', 'saved']);
    const second = await Promise.all(Array.from({ length: 5 }, () => save(aPendingState(2))));
    expect(second.sort()).toEqual(['changed', 'changed', 'changed', 'changed', 'saved']);
    expect(await save(aPendingState(1))).toBe('changed');
    expect(await save(aPendingState(4))).toBe('changed');
    expect(await log.read()).toEqual(aPendingState(2));
  });

  it('tells of each event how far it has come, with the bytes that are shipped', async () => {
    const { log, records, events, id } = await withRecord();
    expect(await log.unsealed(10)).toEqual([]);
    const [first] = events;
    if (!first) throw new Error('A record has at least one event.');
    await records.markShipped(first);
    expect(await log.unsealed(10)).toEqual([id]);
    expect(await log.events(id)).toEqual(
      events.map((event) => ({
        requestId: id,
        seq: event.seq,
        text: canonicalJson(event),
        shipped: event.seq === 1,
        sealed: false,
      })),
    );
    expect((await records.unshipped(id)).map(({ seq }) => seq)).toEqual(
      events.slice(1).map(({ seq }) => seq),
    );
  });

  it('forgets what is sealed, also where it is marked again, late, as sealed or as shipped', async () => {
    const { log, records, events, id } = await withRecord();
    for (const event of events) await records.markShipped(event);
    for (const event of events) await log.markSealed(event, event.seq - 1);
    await records.markShipped({ requestId: id, seq: 1 });
    await log.markSealed({ requestId: id, seq: 1 }, 0);
    await log.markSealed({ requestId: '01KAJ0000000000000UNKNOWN1', seq: 1 }, 0);
    expect(await log.unsealed(10)).toEqual([]);
    expect((await log.events(id)).map(({ shipped, sealed }) => shipped && sealed)).toEqual(
      events.map(() => true),
    );
    expect(await records.unshipped(id)).toEqual([]);
    expect(await records.unshippedRequests(10)).toEqual([]);
    expect(await log.events('01KAJ0000000000000UNKNOWN1')).toEqual([]);
  });
}
