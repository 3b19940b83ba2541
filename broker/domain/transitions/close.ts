/** From ending to over, by the proof that nothing stands. */
import { WrongStatus } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Advanced, advance, amend, isFinal } from '../lifecycle.ts';
import type { UnbindResult } from '../plan.ts';
import type { AccessRequest } from '../request.ts';

const actor = 'curfew:CloseGrant';

/** Undefined where it is over. Throws WrongStatus where nothing was ended yet. */
export function close(before: AccessRequest, unbound: UnbindResult, at: Instant): Advanced | undefined {
  const { id, status, grant, ending } = before;
  if (isFinal(status)) return undefined;
  if (status !== 'revoking')
    throw new WrongStatus(`Request ${id} is ${status}: EndGrant comes before CloseGrant.`, {
      details: { requestId: id },
    });
  const used = unbound.found || grant?.boundAt !== undefined;
  const reason = used ? (ending?.reason ?? 'ended') : 'nothing was ever usable';
  const changes = grant ? { grant: { ...grant, unboundAt: grant.unboundAt ?? unbound.unboundAt } } : {};
  const step = { at, actor, reason, facts: { ...unbound }, changes };
  const { standing: _, ...rest } = before;
  return advance(rest, used ? 'revoked' : 'failed', step);
}

/** The proof is kept where closing has to wait for something else: it is when access ended. Undefined where it is kept already. */
export function noteUnbound(before: AccessRequest, unbound: UnbindResult, at: Instant): Advanced | undefined {
  const { grant, status } = before;
  if (status !== 'revoking' || !grant || grant.unboundAt !== undefined) return undefined;
  const changes = { grant: { ...grant, unboundAt: unbound.unboundAt } };
  const reason = 'no RoleBinding stands; the access entry is still to be released';
  return amend(before, { at, actor, type: 'unbound', reason, facts: { ...unbound }, changes });
}
