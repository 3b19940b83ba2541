/** Waits from asking until access is usable, telling a tired person who is asked, since when, and what comes next. */

import { Unavailable } from '#domain/errors.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import type { RequestView } from '#http/request-view.ts';
import { waitUntilUsable } from '../cluster-question.ts';
import { NoAccess } from '../failures.ts';
import type { Session } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
import { localTime, roughly, when } from '../terminal/times.ts';
import { lastReason, people, standing } from '../views/words.ts';
import { poll } from './poll.ts';

export interface Access {
  request: RequestView;
  cluster: ClusterAddress;
  /** When the cluster first said yes to the caller's own credentials, twice in a row. */
  usableAt: Date;
}

/** Real EKS has taken up to 30 s to let a new access entry in on all its servers. */
const usableWithinMs = 90_000;

/** How often to read: eagerly while somebody is likely at it or things move, calmly after that. */
function pauseFor(request: RequestView): number {
  if (request.status !== 'pending') return 500;
  const age = Date.now() - Date.parse(request.createdAt);
  return age < 120_000 ? 1000 : age < 900_000 ? 3000 : 10_000;
}

/**
 * Throws NoAccess when the answer is no, and Unavailable when the grant is there but the cluster doesn't let the caller
 * in within 90 s. An aborted signal rejects with its reason, the request staying as it is.
 */
export async function waitForAccess(
  session: Session,
  first: RequestView,
  signal: AbortSignal,
): Promise<Access> {
  const { terminal } = session;
  const told = new Story(session, first);
  told.tell(first);
  const request = await poll({
    api: session.api(),
    terminal,
    id: first.id,
    signal,
    seen(now) {
      told.tell(now);
      return now.status === 'active' || now.status === 'revoking' || isFinal(now.status);
    },
    pause: pauseFor,
    tick: (now) => terminal.live(told.waitingLine(now)),
  });
  terminal.live('');
  if (request.status !== 'active') throw noAccess(request);

  const cluster = await session.api().cluster(request.asked.cluster);
  terminal.live(`In place; asking ${request.asked.cluster} whether it lets you in…`);
  const expiry = Date.parse(request.grant?.expiresAt ?? request.updatedAt);
  const outcome = await waitUntilUsable({
    cluster,
    identity: session.identity,
    rules: request.resolved.rules,
    namespaces: request.asked.namespaces,
    until: Math.min(Date.now() + usableWithinMs, expiry),
    signal,
  });
  terminal.live('');
  if (outcome.usable) return { request, cluster, usableAt: outcome.at };
  throw new Unavailable(
    [
      `The grant is in place until ${when(request.grant?.expiresAt ?? request.updatedAt)}, but ${request.asked.cluster} can't be seen to let you in: ${outcome.because}.`,
      'If its API is private, connect to its network (VPN) and try kubectl. If this AWS identity is not the one you asked with, sign in with that one.',
    ].join('\n'),
    { details: { requestId: request.id } },
  );
}

/** What a request that came to its end without usable access is told as: a no, or a fault on the way. */
export function noAccess(request: RequestView): NoAccess | Unavailable {
  const { status } = request;
  const reason = lastReason(request);
  const details = { requestId: request.id, status };
  if (status === 'timed-out') {
    return new NoAccess(
      `No answer in time: ${people(request.reviewers)} did not answer by ${localTime(request.reviewBy)}. Nothing was granted. Ask again, best after telling one of them.`,
      { details },
    );
  }
  const said = reason ? ` Reason: ${reason}` : '';
  if (status === 'failed') {
    return new Unavailable(`It could not be granted; nothing was ever usable.${said}`, { details });
  }
  if (status === 'revoking' || status === 'revoked') {
    return new NoAccess(`The access ended before you could use it.${said}`, { details });
  }
  const line = standing(request);
  return new NoAccess(`${line.charAt(0).toUpperCase()}${line.slice(1)}.${said} Nothing was granted.`, {
    details,
  });
}

/** Says each thing once, in the order it happens. */
class Story {
  private readonly session: Session;
  private readonly startedAt = Date.now();
  private status = '';
  private reviews = 0;
  private beat = Date.now();

  constructor(session: Session, first: RequestView) {
    this.session = session;
    this.reviews = first.reviews.length;
  }

  tell(request: RequestView): void {
    const { terminal } = this.session;
    for (const { reviewer, answer, reason } of request.reviews.slice(this.reviews)) {
      const verb = answer === 'approve' ? 'approved' : 'denied';
      terminal.progress(`${people([reviewer])} ${verb}${reason ? `: ${safeText(reason)}` : '.'}`);
    }
    this.reviews = request.reviews.length;
    if (request.status === this.status) return;
    this.status = request.status;
    if (request.status === 'pending') {
      const needed = request.decision.reviewsNeeded;
      terminal.progress(
        `Asking ${people(request.reviewers)} by mail; ${needed === 1 ? 'one approval is' : `${needed} approvals are`} needed by ${when(request.reviewBy)}.`,
      );
    } else if (request.status === 'approved') {
      terminal.progress(
        request.decision.reviewsNeeded === 0
          ? 'No review needed. Putting the access in place…'
          : 'Approved. Putting the access in place…',
      );
    }
  }

  waitingLine(request: RequestView): string {
    const { terminal } = this.session;
    const waited = roughly(Date.now() - this.startedAt);
    if (request.status !== 'pending') return `Putting the access in place… ${waited}`;
    // Where nothing can be rewritten (CI logs), a line now and then shows that it still waits.
    if (process.stderr.isTTY !== true && Date.now() - this.beat >= 300_000) {
      this.beat = Date.now();
      terminal.progress(`Still waiting for ${people(request.reviewers)} (${waited}).`);
    }
    return `Waiting for ${people(request.reviewers)}… ${waited} (Ctrl-C stops waiting, not the request)`;
  }
}
