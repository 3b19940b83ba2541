/** Later starts and extensions as the person sees them: there when it is their time, without a gap, and nothing beside. */
import { callerKey } from '#domain/identity.ts';
import { callers, names } from '../people/cast.ts';
import { describe, earlyMs } from './access.ts';
import type { Evident } from './evidence.ts';
import type { Invariant, Seen } from './invariant.ts';

/** Before its start an extension is opened, so that it stands when its predecessor ends. */
const handoverMs = 30_000;
/** From a start until the right is there: for an extension its predecessor's entry stands already. */
const openingMs = { extension: 12_000, later: 45_000 } as const;
/** What has less time left than this may be ended instead of begun. */
const tooShortMs = 10_000;

/** Whether somebody meant it not to be: then it is not expected. */
function isUndone({ deeds }: Seen, { id, asked }: Evident): boolean {
  return (
    deeds.killsTried.length > 0 ||
    deeds.tickets.length > 0 ||
    deeds.done.some(
      ({ what, requestId }) =>
        (what === 'end' || what === 'withdraw') && (requestId === id || requestId === asked.extends),
    )
  );
}

export const startsOnTime: Invariant = {
  name: 'starts on time',
  says: 'Without faults, what was approved in time for a later start is there from then on; an extension leaves no gap.',
  breach: (seen) => {
    if (!seen.faultless) return undefined;
    for (const evident of seen.evidence.all.values()) {
      const { id, asked, approvedAt, actor, clusterRole } = evident;
      if (asked.startsAt === undefined || approvedAt === undefined) continue;
      const start = Date.parse(asked.startsAt);
      const isExtension = asked.extends !== undefined;
      const opens = Math.max(Date.parse(approvedAt), isExtension ? start - handoverMs : start);
      const from = Math.max(start, opens + (isExtension ? openingMs.extension : openingMs.later));
      const until = start + asked.durationSeconds * 1000;
      if (seen.now < from || seen.now >= until || from > until - tooShortMs || isUndone(seen, evident))
        continue;
      const who = names.find((name) => callerKey(callers[name]) === actor);
      for (const namespace of asked.namespaces) {
        const has = seen.rights.some(
          (right) =>
            right.who === who &&
            right.cluster === asked.cluster &&
            right.namespace === namespace &&
            right.clusterRole === clusterRole,
        );
        if (!has)
          return `${id}, approved at ${approvedAt} to start at ${asked.startsAt}, gives nothing in ${namespace}`;
      }
    }
    return undefined;
  },
};

export const nothingMore: Invariant = {
  name: 'no more by an extension',
  says: 'Without faults, an extension gives before its start only what the grant that it extends gives still.',
  breach: (seen) => {
    if (!seen.faultless) return undefined;
    for (const right of seen.rights) {
      const { asked } = seen.evidence.all.get(right.requestId) ?? {};
      if (asked?.extends === undefined || seen.now >= Date.parse(asked.startsAt ?? '')) continue;
      const before = `${right.namespace}/curfew-${asked.extends.toLowerCase()}`;
      const end = seen.deeds.endOf(asked.extends);
      const isEnding =
        seen.deeds.kills.length > 0 ||
        seen.deeds.tickets.length > 0 ||
        (end !== undefined && seen.now <= end + earlyMs);
      const stands = seen.rights.some(({ binding, who }) => binding === before && who === right.who);
      if (!stands && !isEnding) return `${describe(right)}, but ${before} is gone`;
    }
    return undefined;
  },
};
