/** The locked bucket: create-only, one object per event, kept as they are, since nobody can change an event that was written. */

import type { AnyEvent } from '#domain/audit-event.ts';
import { eventKey } from '#domain/audit-log/log-objects.ts';
import { StillStanding } from '#domain/errors.ts';
import type { AuditSink } from '#ports';
import { freeze } from './lag.ts';

export class Bucket implements AuditSink {
  /** In the order of their arrival. */
  readonly events: AnyEvent[] = [];
  readonly #byKey = new Map<string, AnyEvent>();

  async put(event: AnyEvent): Promise<void> {
    const key = eventKey(event);
    const found = this.#byKey.get(key);
    // The hash covers all of an event.
    if (found?.hash === event.hash) return;
    if (found) throw new StillStanding(`Another event stands at ${key}.`);
    this.#byKey.set(key, freeze(event));
    this.events.push(event);
  }
}
