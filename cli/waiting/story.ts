/** What happens to a request while one waits, each thing said once: who is asked, since when, and what comes next. */
import type { RequestView } from '#http/request-view.ts';
import type { Session } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
import { relative, roughly, when } from '../terminal/times.ts';
import { spanInWords, spanOf } from '../views/span.ts';
import { people } from '../views/words.ts';

/** Where nothing can be rewritten (CI logs), a line this often shows that it still waits. */
const beatMs = 300_000;

export class Story {
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
    const line = this.turn(request);
    if (line) terminal.progress(line);
  }

  private turn(request: RequestView): string | undefined {
    const needed = request.decision.reviewsNeeded;
    const none = request.asked.breakGlass ? 'By break-glass, without review.' : 'No review needed.';
    const yes = needed === 0 ? none : 'Approved.';
    const span = spanOf(request);
    switch (request.status) {
      case 'pending':
        return `Asking ${people(request.reviewers)} by mail; ${needed === 1 ? 'one approval is' : `${needed} approvals are`} needed by ${when(request.reviewBy)}.`;
      case 'approved':
        if (request.subject.kind === 'unclaimed') return undefined;
        // With a start of its own it is said next whether that has come.
        return span ? undefined : `${yes} Putting the access in place…`;
      case 'scheduled':
        if (request.subject.kind === 'unclaimed')
          return safeText(
            `${yes} It waits until ${request.subject.person} claims it: curfew claim ${request.id}`,
          );
        return span && `${yes} Access ${request.asked.extends ? 'goes on ' : ''}${spanInWords(span)}.`;
      default:
        return undefined;
    }
  }

  /** The line that counts. */
  waitingLine(request: RequestView): string {
    const waited = roughly(Date.now() - this.startedAt);
    const hint = '(Ctrl-C stops waiting, not the request)';
    if (request.status === 'scheduled' && request.subject.kind === 'unclaimed')
      return safeText(`Waiting until ${request.subject.person} claims it… ${waited} ${hint}`);
    const span = spanOf(request);
    if (request.status === 'scheduled' && span && Date.parse(span.from) > Date.now())
      return `Access starts ${relative(span.from)}… ${hint}`;
    if (request.status !== 'pending') return `Putting the access in place… ${waited}`;
    this.stillWaiting(`Still waiting for ${people(request.reviewers)} (${waited}).`);
    return `Waiting for ${people(request.reviewers)}… ${waited} ${hint}`;
  }

  private stillWaiting(line: string): void {
    if (process.stderr.isTTY === true || Date.now() - this.beat < beatMs) return;
    this.beat = Date.now();
    this.session.terminal.progress(line);
  }
}
