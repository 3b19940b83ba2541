/** From a yes to the intent of a grant: written before anything exists. */
import { NotApproved, RecordChanged } from '../errors.ts';
import { after, earliest, type Instant } from '../instant.ts';
import { type Advanced, advance, mayStand } from '../lifecycle.ts';
import { type AccessRequest, bindingName, type Grant } from '../request.ts';

/** How long BindRole may take, tries included, until admission refuses it. */
export const bindWindowMs = 30_000;

/** How long an approved request may wait to be opened; after it the approval is stale. */
const openWindowMs = 15 * 60_000;

/** An extension is opened this long before what it extends ends, so that the person sees no gap. */
const handoverMs = 30_000;

/** When its grant may be opened: at once, at the start asked for, or shortly before the grant ends that it extends. */
export function opensAt({ asked }: Pick<AccessRequest, 'asked'>): Instant | undefined {
  if (asked.startsAt === undefined) return undefined;
  return asked.extends === undefined ? asked.startsAt : after(asked.startsAt, -handoverMs);
}

/** When its grant ends if opened at `at`: a start that was asked for fixes the end too. */
export function endsAt({ asked }: Pick<AccessRequest, 'asked'>, at: Instant): Instant {
  return after(asked.startsAt ?? at, asked.durationSeconds * 1000);
}

/** Until when a request that was approved at `at` can be opened: with a fixed start, as long as its time has not run out. */
export function openByAfter(request: Pick<AccessRequest, 'asked'>, at: Instant): Instant {
  return request.asked.startsAt === undefined ? after(at, openWindowMs) : endsAt(request, at);
}

/** Throws NotApproved unless it is approved, RecordChanged where another call opened it. */
export function open(before: AccessRequest, at: Instant, actor: string): Advanced {
  const { id, status } = before;
  if (mayStand(status)) throw new RecordChanged(`Request ${id} was opened by another call.`);
  if (status !== 'approved' && status !== 'scheduled')
    throw new NotApproved(`Request ${id} is ${status} by now.`, { details: { requestId: id } });
  const grant = grantOf(before, at);
  const facts = { grant: { ...grant } };
  return advance(before, 'granting', { at, actor, reason: 'approved', facts, changes: { grant } });
}

function grantOf(request: AccessRequest, at: Instant): Grant {
  const expiresAt = endsAt(request, at);
  return {
    openedAt: at,
    expiresAt,
    createBefore: earliest(after(at, bindWindowMs), expiresAt),
    bindings: request.asked.namespaces.map((namespace) => ({ namespace, name: bindingName(request.id) })),
  };
}
