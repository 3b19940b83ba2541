/** The change window of a ticket sets when access begins and ends, for whoever does not ask for a start of their own. */
import type { Catalog } from './catalog.ts';
import { type Instant, msBetween } from './instant.ts';
import type { Asked } from './request.ts';
import { endsAt, startsFrom } from './start.ts';
import { liveSourceOf, type TicketLook } from './ticket.ts';

/** Where its source has it looked at. */
export function windowOf(
  catalog: Pick<Catalog, 'ticketing'>,
  { ticket }: Pick<Asked, 'ticket'>,
  looked: TicketLook | undefined,
): { from: Instant; to: Instant } | undefined {
  const live = ticket === undefined ? undefined : liveSourceOf(catalog, ticket);
  if (!live?.source.live?.changeWindow || !looked || looked.source !== live.name) return undefined;
  return 'facts' in looked ? looked.facts.window : undefined;
}

/**
 * Asked for before the window, it begins with it; and it ends with it at the latest, by the clock, however late it is approved.
 * What can't be put into it stays as it is, and is refused in words.
 */
export function putIntoWindow(
  catalog: Pick<Catalog, 'ticketing'>,
  asked: Asked,
  looked: TicketLook | undefined,
  now: Instant,
): Asked {
  const window = windowOf(catalog, asked, looked);
  if (!window || asked.startsAt !== undefined || asked.breakGlass) return asked;
  const startsAt = now < window.from ? window.from : now;
  const left = Math.floor(msBetween(startsAt, window.to) / 1000);
  if (left < 1) return asked;
  const durationSeconds = Math.min(asked.durationSeconds, left);
  // With room to spare its clock begins when it is given, as ever.
  const isFree = startsAt === now && durationSeconds < left;
  return isFree ? asked : { ...asked, startsAt, durationSeconds };
}

/** How it lies in its window, where that sets an end of it; for reviewers, and for whoever asks. */
export function windowInWords(asked: Asked, window: { from: Instant; to: Instant }, now: Instant): string[] {
  const says = `as the change window of ${asked.ticket} says`;
  const starts = startsFrom(asked, now) === window.from;
  const ends = asked.startsAt !== undefined && msBetween(endsAt(asked, now), window.to) < 1000;
  if (!starts && !ends) return [];
  const parts = [...(starts ? [`starts at ${window.from}`] : []), ...(ends ? [`ends at ${window.to}`] : [])];
  return [`It ${parts.join(' and ')}, ${says}.`];
}
