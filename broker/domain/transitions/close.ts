/** From ending to over, by the proof that nothing stands. */
import { WrongStatus } from '../errors.ts';
import type { Instant } from '../instant.ts';
import { type Advanced, advance, isFinal } from '../lifecycle.ts';
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
  const changes = grant ? { grant: { ...grant, unboundAt: unbound.unboundAt } } : {};
  const step = { at, actor, reason, facts: { ...unbound }, changes };
  const { standing: _, ...rest } = before;
  return advance(rest, used ? 'revoked' : 'failed', step);
}
