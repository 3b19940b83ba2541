import { describe, expect, it } from 'vitest';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { MemoryAuditLog } from '#adapters/memory/audit-log.ts';
import { MemoryAuditSink } from '#adapters/memory/audit-sink.ts';
import { MemoryClock } from '#adapters/memory/clock.ts';
import { type FaultMode, Faults, interfered } from '#adapters/memory/faults.ts';
import { MemoryMetrics } from '#adapters/memory/metrics.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { verifyLog } from '#domain/audit-log/verify-log.ts';
import { StillStanding } from '#domain/errors.ts';
import { sealLog } from '#operations/seal-log.ts';
import { shipEvents } from '#operations/ship-events.ts';
import { aLogKey, sourceOf } from '../builders/audit-log.ts';
import { aRecord } from '../builders/request.ts';

const key = aLogKey();

function house() {
  const faults = new Faults();
  const records = new MemoryRecords();
  const log = new MemoryAuditLog(records);
  const sink = new MemoryAuditSink();
  const clock = new MemoryClock('2026-11-21T12:00:00.000Z');
  const metrics = new MemoryMetrics();
  const signer = {
    key: async () => key.fingerprint,
    sign: async (draft: Parameters<typeof key.sign>[0]) => key.sign(draft),
  };
  const wrap = <T extends object>(name: string, port: T): T => interfered(name, port, faults);
  const world = {
    clock,
    metrics,
    settings: { deployment: 'curfew', region: 'us-east-1' },
    auditLog: wrap('auditLog', log),
    logStore: wrap('logStore', sink),
    checkpointSigner: wrap('checkpointSigner', signer),
  };
  /** A request with all its events, of which the first `shipped` are in the bucket. */
  async function happen(shipped = 99): Promise<{ id: string; count: number }> {
    const { request, events } = aRecord({ status: 'revoked' });
    await records.commit({ request, expectedVersion: 0, events });
    for (const event of events.slice(0, shipped)) {
      await sink.put(event);
      await records.markShipped(event);
    }
    return { id: request.id, count: events.length };
  }
  const verified = () => verifyLog(sourceOf(sink.objects), { isSigned: checkpointKeys(key.pem).isSigned });
  return { faults, records, log, sink, clock, metrics, world, happen, verified };
}

describe('the sealer', () => {
  it('gives every event in the bucket one leaf, and nothing a second one', async () => {
    const { world, happen, verified } = house();
    const counts = [(await happen()).count, (await happen()).count];
    expect(await sealLog(world)).toBe(counts.reduce((a, b) => a + b));
    expect(await sealLog(world)).toBe(0);
    counts.push((await happen()).count);
    expect(await sealLog(world)).toBe(counts[2]);
    const leaves = counts.reduce((a, b) => a + b);
    expect(await verified()).toMatchObject({ faults: [], leaves, waiting: 0, checkpoints: 2 });
  });

  it('never passes a gap: what is behind an event that is not in the bucket waits for it (N58)', async () => {
    const { world, happen, verified, records, sink } = house();
    const { id, count } = await happen(2);
    await records.markShipped({ requestId: id, seq: 4 });
    expect(await sealLog(world)).toBe(2);
    expect(await sealLog(world)).toBe(0);
    await shipEvents({ records, auditSink: sink }, { requestId: id });
    await sink.put((await records.events(id))[3] ?? expect.fail());
    expect(await sealLog(world)).toBe(count - 2);
    expect(await verified()).toMatchObject({ faults: [], leaves: count });
  });

  it('gives a sign of life each hour, and none where it has sealed within it', async () => {
    const { world, clock, log, verified } = house();
    for (const [minutes, number] of [
      [0, 1],
      [1, 1],
      [58, 1],
      [1, 2],
      [59, 2],
      [61, 3],
    ] as const) {
      await clock.sleep(minutes * 60_000);
      await sealLog(world);
      expect(log.state.head.number).toBe(number);
    }
    expect(await verified()).toMatchObject({ faults: [], leaves: 0, checkpoints: 3 });
  });

  it('seals in parts what is too much for one checkpoint', async () => {
    const { world, happen, verified, log } = house();
    let all = 0;
    for (let i = 0; i < 190; i++) all += (await happen()).count;
    expect(all).toBeGreaterThan(1000);
    expect(await sealLog(world)).toBe(all);
    expect(log.state.head.number).toBe(2);
    expect(await verified()).toMatchObject({ faults: [], leaves: all });
  });

  it('seals nothing of a chain that is broken, says so, and goes on with the others (N59)', async () => {
    const { world, happen, records, metrics } = house();
    const broken = await happen();
    const { count } = await happen();
    const [, second] = records.stored.get(broken.id) ?? [];
    if (second) second.event = { ...second.event, actor: 'mallory@example.com' };
    expect(await sealLog(world)).toBe(count);
    expect(metrics.counted).toContainEqual({ name: 'EvidenceBroken', value: 1 });
  });

  it('writes over nothing that somebody else has put in its way', async () => {
    const { world, happen, sink } = house();
    await happen();
    sink.objects.set('checkpoints/000000000001.json', '{}');
    await expect(sealLog(world)).rejects.toBeInstanceOf(StillStanding);
    expect(sink.objects.get('checkpoints/000000000001.json')).toBe('{}');
  });
});

describe('a sealer that breaks down', () => {
  const points = [
    'auditLog.read',
    'auditLog.unsealed',
    'auditLog.events',
    'checkpointSigner.key',
    'checkpointSigner.sign',
    'auditLog.save',
    'logStore.create',
    'auditLog.markSealed',
  ];
  const modes: FaultMode[] = ['before', 'after', 'twice'];
  const breakdowns = points.flatMap((point) =>
    modes.flatMap((mode) => [1, 2, 3].map((nth) => ({ point, mode, nth }))),
  );

  it.each(breakdowns)(
    'at call $nth of $point, $mode it is done, leaves a log that is sealed on as it was begun',
    async ({ point, mode, nth }) => {
      const { world, faults, happen, verified } = house();
      let all = (await happen()).count;
      faults.at(point, nth, mode);
      await sealLog(world).catch(() => undefined);
      all += (await happen()).count;
      await sealLog(world).catch(() => undefined);
      faults.clear();
      await sealLog(world);
      expect(await verified()).toMatchObject({ faults: [], leaves: all, waiting: 0 });
    },
  );

  it('is followed by any number at once, which write one history (N61)', async () => {
    const { world, happen, verified, faults } = house();
    let all = 0;
    for (let round = 0; round < 10; round++) {
      all += (await happen()).count;
      if (round % 3 === 0) faults.at('logStore.create', 1 + (round % 4), 'after');
      await Promise.allSettled(Array.from({ length: 1 + (round % 5) }, () => sealLog(world)));
    }
    await sealLog(world);
    expect(await verified()).toMatchObject({ faults: [], leaves: all, waiting: 0 });
  });
});
