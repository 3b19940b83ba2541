/** The locked bucket in memory: one create-only object per event. */
import type { AnyEvent } from '#domain/audit-event.ts';
import { eventKey } from '#domain/audit-log/log-objects.ts';
import { canonicalJson } from '#domain/digest.ts';
import { StillStanding } from '#domain/errors.ts';
import type { AuditSink, LogStore } from '#ports';

export class MemoryAuditSink implements AuditSink, LogStore {
  /** Text by key. */
  readonly objects = new Map<string, string>();

  /** All events that were put, in the order of their arrival. */
  get events(): AnyEvent[] {
    return [...this.objects].flatMap(([key, text]) => (key.startsWith('events/') ? [JSON.parse(text)] : []));
  }

  put(event: AnyEvent): Promise<void> {
    return this.create(eventKey(event), canonicalJson(event));
  }

  async create(key: string, text: string): Promise<void> {
    const found = this.objects.get(key);
    if (found !== undefined && found !== text)
      throw new StillStanding(`Something else stands at ${key} in the audit store. It was left as it is.`);
    this.objects.set(key, text);
  }
}
