/** From a yes to the intent of a grant: written before anything exists. */
import { knownSubject } from '../claim.ts';
import { NotApproved, NotDue, RecordChanged } from '../errors.ts';
import { after, earliest, type Instant } from '../instant.ts';
import { type Advanced, advance, mayStand } from '../lifecycle.ts';
import type { ClusterAddress } from '../plan.ts';
import { type AccessRequest, bindingName, type Grant } from '../request.ts';
import { endsAt, opensAt } from '../start.ts';

/** How long BindRole may take, tries included, until admission refuses it. */
export const bindWindowMs = 30_000;

/** Throws NotApproved unless it is approved, ClaimAwaited where nobody has signed for it, NotDue before its time, RecordChanged where another call opened it. */
export function open(before: AccessRequest, at: Instant, actor: string, address?: ClusterAddress): Advanced {
  const { id, status } = before;
  if (mayStand(status)) throw new RecordChanged(`Request ${id} was opened by another call.`);
  if (status !== 'approved' && status !== 'scheduled')
    throw new NotApproved(`Request ${id} is ${status} by now.`, { details: { requestId: id } });
  knownSubject(before);
  const due = opensAt(before.asked);
  if (due !== undefined && at < due) throw new NotDue(`Request ${id} can be opened from ${due} on.`);
  const opened = grantOf(before, at);
  const facts = { grant: { ...opened } };
  const grant = address === undefined ? opened : { ...opened, address };
  return advance(before, 'granting', { at, actor, reason: 'approved', facts, changes: { grant } });
}

function grantOf(request: AccessRequest, at: Instant): Grant {
  const expiresAt = endsAt(request.asked, at);
  return {
    openedAt: at,
    expiresAt,
    createBefore: earliest(after(at, bindWindowMs), expiresAt),
    bindings: request.asked.namespaces.map((namespace) => ({ namespace, name: bindingName(request.id) })),
  };
}
