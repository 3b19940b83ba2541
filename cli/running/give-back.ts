/** Gives access back after `curfew run`, whatever happened, and says so if that could not be confirmed. */
import { isFinal } from '#domain/lifecycle.ts';
import type { RequestView } from '#http/request-view.ts';
import { interruptible } from '../interrupt.ts';
import type { Session } from '../session.ts';
import { localTime, when } from '../terminal/times.ts';
import { waitForEnd } from '../waiting/wait-for-end.ts';

/** How long the end of a run waits for the proof; the access ends without anybody waiting, too. */
const confirmWithinMs = 60_000;

/**
 * Ends whatever the request has led to so far: takes it back if nothing was granted, revokes it if it was.
 * Never throws; true when it is confirmed that no access is left.
 */
export async function giveBack(session: Session, id: string, reason: string): Promise<boolean> {
  const { terminal } = session;
  let last: RequestView | undefined;
  try {
    last = await interruptible((signal) => end(session, id, reason, signal));
    if (isFinal(last.status)) {
      terminal.progress(farewell(last));
      return true;
    }
    terminal.progress(unconfirmed(id, `it is ${last.status}`, last));
  } catch (error) {
    terminal.live('');
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    terminal.progress(unconfirmed(id, line, last));
  }
  return false;
}

async function end(session: Session, id: string, reason: string, signal: AbortSignal): Promise<RequestView> {
  const api = session.api();
  // Its status decides between the two, and may change in between: then the other one is right.
  for (let attempt = 1; ; attempt++) {
    const { request } = await api.show(id, signal);
    if (isFinal(request.status)) return request;
    try {
      if (request.status === 'pending' || request.status === 'approved' || request.status === 'scheduled') {
        await api.withdraw(id, reason);
      } else {
        await api.revoke(id, reason);
      }
      break;
    } catch (error) {
      const { name } = error as Error;
      if (attempt === 5 || (name !== 'WrongStatus' && name !== 'RecordChanged')) throw error;
    }
  }
  return (await waitForEnd(session, id, { withinMs: confirmWithinMs, signal })).request;
}

function farewell({ status, grant, endRequested }: RequestView): string {
  if (status !== 'revoked') return 'Nothing was granted; the request is closed.';
  const at = grant?.unboundAt ? ` at ${localTime(grant.unboundAt)}` : '';
  return endRequested ? `Access given back${at}.` : `Access had ended by itself${at}.`;
}

function unconfirmed(id: string, why: string, request: RequestView | undefined): string {
  const latest = request?.grant
    ? ` It ends by itself ${when(request.grant.expiresAt)} at the latest.`
    : ' It ends by itself when its time is up.';
  return `NOT CONFIRMED that the access is gone: ${why}.${latest}\nLook:      curfew show ${id}\nEnd it:    curfew revoke ${id}`;
}
