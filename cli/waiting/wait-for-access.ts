/** Waits from asking until access is usable, telling a tired person who is asked, since when, and what comes next. */

import { Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { RequestView } from '#http/request-view.ts';
import { waitUntilUsable } from '../cluster-question.ts';
import type { Session } from '../session.ts';
import { when } from '../terminal/times.ts';
import { noAccess } from './no-access.ts';
import { follow } from './wait-for-answer.ts';

export interface Access {
  request: RequestView;
  cluster: ClusterAddress;
  /** When the cluster first said yes to the caller's own credentials, twice in a row. */
  usableAt: Date;
}

/** Real EKS has taken up to 30 s to let a new access entry in on all its servers. */
const usableWithinMs = 90_000;

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
  const request = await follow(session, first, ({ status }) => status === 'active', signal);
  if (request.status !== 'active') throw noAccess(request);

  const cluster = await session.api().cluster(request.asked.cluster);
  terminal.live(`In place; asking ${request.asked.cluster} whether it lets you in…`);
  const expiry = Date.parse(request.grant?.expiresAt ?? request.updatedAt);
  const outcome = await waitUntilUsable({
    cluster,
    identity: session.identity,
    rules: grantedRules(request.resolved),
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
