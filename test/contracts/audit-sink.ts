/** What every audit sink must do. */
import { expect, it } from 'vitest';
import type { AuditEvent } from '#domain/audit-event.ts';
import { canonicalJson } from '#domain/digest.ts';
import { StillStanding } from '#domain/errors.ts';
import type { AuditSink } from '#ports';
import { aRecord } from '../builders/request.ts';

export interface SinkUnderTest {
  sink: AuditSink;
  /** Text of what is kept, by key. */
  kept(): Promise<Map<string, string>>;
}

export function auditSinkContract(fresh: () => Promise<SinkUnderTest>): void {
  it('keeps one object per event, at a key that sorts like the chain, with exactly the bytes that are hashed', async () => {
    const { sink, kept } = await fresh();
    const { events, request } = aRecord({ status: 'revoked', asked: { reason: 'Zoë’s pods 🦉' } });
    for (const event of events) await sink.put(event);
    const objects = await kept();
    expect([...objects.keys()].sort()).toEqual(
      events.map(({ seq }) => `events/${request.id}/${String(seq).padStart(6, '0')}.json`),
    );
    expect([...objects.keys()].sort().map((key) => objects.get(key))).toEqual(events.map(canonicalJson));
  });

  it('takes the same event again as often as it comes', async () => {
    const { sink, kept } = await fresh();
    const event = firstEvent();
    await sink.put(event);
    await sink.put(event);
    await Promise.all(Array.from({ length: 10 }, () => sink.put(event)));
    expect([...(await kept()).values()]).toEqual([canonicalJson(event)]);
  });

  it('refuses another event at the same place and leaves the first as it was', async () => {
    const { sink, kept } = await fresh();
    const event = firstEvent();
    await sink.put(event);
    await expect(sink.put({ ...event, actor: 'mallory@example.com' })).rejects.toBeInstanceOf(StillStanding);
    expect([...(await kept()).values()]).toEqual([canonicalJson(event)]);
  });
}

function firstEvent(): AuditEvent {
  const [event] = aRecord().events;
  if (!event) throw new Error('A record has at least one event.');
  return event;
}
