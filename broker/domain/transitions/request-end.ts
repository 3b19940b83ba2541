/** Asks for the end of a request before its time: a live grant keeps the wish on record first, so that no wake-up is lost. */
import { WrongStatus } from '../errors.ts';
import { type Advanced, advance, amend, isFinal } from '../lifecycle.ts';
import type { AccessRequest, EndRequest } from '../request.ts';

/** Undefined where it is over, ending, or was asked before. Throws WrongStatus while nobody has approved it. */
export function requestEnd(before: AccessRequest, { at, by, reason }: EndRequest): Advanced | undefined {
  const { id, status } = before;
  if (isFinal(status) || status === 'revoking' || before.endRequested) return undefined;
  if (status === 'approved' || status === 'scheduled')
    return advance(before, 'denied', { at, actor: by, reason });
  if (status === 'pending')
    throw new WrongStatus(`Request ${id} is pending: nothing is granted yet. Withdraw or deny it instead.`, {
      details: { requestId: id, status },
    });
  const changes = { endRequested: { at, by, reason } };
  return amend(before, { at, actor: by, reason, type: 'end-requested', changes });
}
