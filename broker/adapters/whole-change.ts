/** What every store of records checks before it writes, and how it knows a change that it has written before. */
import { digestOf } from '#domain/digest.ts';
import type { Change } from '#ports';

/** A change without its record must not be possible: its events end at the request's audit head, without gaps. */
export function checkWhole({ request, events, expectedVersion }: Change): void {
  const first = events[0];
  const last = events.at(-1);
  const fault = (what: string) => new Error(`Change of request ${request.id} is not whole: ${what}.`);
  if (!first || !last) throw fault('it has no audit event');
  if (events.some((event) => event.requestId !== request.id)) throw fault('an event is of another request');
  if (events.some((event, i) => event.seq !== first.seq + i)) throw fault('its events have gaps');
  if (last.seq !== request.audit.seq || last.hash !== request.audit.hash)
    throw fault('its events do not end at the audit head');
  if (request.version <= expectedVersion) throw fault('its version does not grow');
}

/** Tells a repeat of the same change from another change to the same version. */
export function changeDigest(change: Change): string {
  return digestOf(JSON.parse(JSON.stringify(change)));
}
