/** Gives access back after `curfew run`, whatever happened, and says so if that could not be confirmed. */
import { isFinal } from '#domain/lifecycle.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { RequestView } from '#http/request-view.ts';
import { waitUntilRefused } from '../cluster-question.ts';
import { extensionsOf } from '../my-grants.ts';
import type { Session } from '../session.ts';
import { interruptible } from '../signals.ts';
import { localTime, when } from '../terminal/times.ts';
import type { Access } from '../waiting/wait-for-access.ts';
import { waitForEnd } from '../waiting/wait-for-end.ts';

/** How long the end of a run waits for the proof; the access ends without anybody waiting, too. */
const confirmWithinMs = 90_000;

/** Somebody who hits Ctrl-C until it ends must not so stop what gives the access back. */
const stubborn = 3;

export interface GiveBack {
  id: string;
  reason: string;
  /** What was obtained; absent when it did not come to that. */
  access?: Access;
}

/**
 * Ends whatever the request has led to so far: takes it back if nothing was granted, revokes it if it was.
 * Never throws; true when it is confirmed that no access of it is left.
 */
export async function giveBack(session: Session, { id, reason, access }: GiveBack): Promise<boolean> {
  const { terminal } = session;
  let last = access?.request;
  try {
    const line = await interruptible(() => endLine(session, id, reason), stubborn);
    const open = line.filter(({ status }) => !isFinal(status));
    last = open.at(-1) ?? line[0];
    if (open.length > 0 && access) {
      if (await interruptible((signal) => refusedOrFinal(session, access, signal))) {
        terminal.progress(
          `Access given back: ${access.request.asked.cluster} refuses you again since ${localTime(new Date().toISOString())}.`,
        );
        return true;
      }
    }
    for (const { id: ending } of open) {
      const { request } = await interruptible((signal) =>
        waitForEnd(session, ending, { withinMs: confirmWithinMs, signal }),
      );
      last = request;
      if (!isFinal(request.status)) break;
    }
    terminal.progress(
      isFinal(last.status) ? farewell(last) : unconfirmed(last.id, `it is ${last.status}`, last),
    );
    return isFinal(last.status);
  } catch (error) {
    terminal.live('');
    terminal.progress(unconfirmed(id, error instanceof Error ? error.message : String(error), last));
    return false;
  }
}

/**
 * Ends the request and whatever goes on with it. Revoking a grant ends its extensions, but one that had run out leaves them
 * standing, and those that nobody answered yet would go on asking.
 */
async function endLine(
  session: Session,
  id: string,
  reason: string,
): Promise<[RequestView, ...RequestView[]]> {
  const first = await end(session, id, reason);
  if (!first.grant) return [first];
  const extensions = await extensionsOf(session, id).catch((error: unknown) => {
    if (first.endRequested) return [];
    throw error;
  });
  const ended: RequestView[] = [];
  for (const extension of extensions) ended.push(await end(session, extension.id, reason));
  return [first, ...ended];
}

/** Withdraws or revokes, as its status wants; the status may change in between, then the other one is right. */
async function end(session: Session, id: string, reason: string): Promise<RequestView> {
  const api = session.api();
  for (let attempt = 1; ; attempt++) {
    const { request } = await api.show(id);
    if (isFinal(request.status)) return request;
    try {
      const granted =
        request.status === 'granting' || request.status === 'active' || request.status === 'revoking';
      return await (granted ? api.revoke(id, reason) : api.withdraw(id, reason));
    } catch (error) {
      const { name } = error as Error;
      if (attempt === 5 || (name !== 'WrongStatus' && name !== 'RecordChanged')) throw error;
    }
  }
}

/**
 * True as soon as the cluster itself refuses the caller. That comes before the record is final, which waits until
 * even a creation that was lost on its way could no longer land. False when the record was faster.
 */
async function refusedOrFinal(
  session: Session,
  { request, cluster }: Access,
  signal: AbortSignal,
): Promise<boolean> {
  const loser = new AbortController();
  const either = AbortSignal.any([signal, loser.signal]);
  const refused = waitUntilRefused({
    cluster,
    identity: session.identity,
    rules: grantedRules(request.resolved),
    namespaces: request.asked.namespaces,
    until: Date.now() + confirmWithinMs,
    signal: either,
  }).catch(() => false);
  const final = waitForEnd(session, request.id, { withinMs: confirmWithinMs, signal: either }).then(
    () => false,
    () => false,
  );
  // A cluster that can't be asked (any more) leaves the word to the record.
  const outcome = await Promise.race([refused.then((yes) => yes || final), final]);
  loser.abort();
  session.terminal.live('');
  signal.throwIfAborted();
  return outcome;
}

function farewell({ status, grant, endRequested }: RequestView): string {
  if (status !== 'revoked') return 'Nothing was granted; the request is closed.';
  const at = grant?.unboundAt ? ` at ${localTime(grant.unboundAt)}` : '';
  return endRequested ? `Access given back${at}.` : `Access had ended by itself${at}.`;
}

function unconfirmed(id: string, why: string, request: RequestView | undefined): string {
  const latest = request?.grant
    ? `It ends by itself at ${when(request.grant.expiresAt)} at the latest.`
    : 'It ends by itself when its time is up.';
  return [
    `NOT CONFIRMED that the access is gone: ${why}`,
    latest,
    `  Look:    curfew show ${id}`,
    `  End it:  curfew revoke ${id}`,
  ].join('\n');
}
