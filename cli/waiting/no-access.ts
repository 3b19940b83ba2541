/** What somebody is told whose request came to its end without access that they could use. */
import { Unavailable } from '#domain/errors.ts';
import type { RequestView } from '#http/request-view.ts';
import { NoAccess } from '../failures.ts';
import { localTime, when } from '../terminal/times.ts';
import { lastReason, people, standing, wasApproved } from '../views/words.ts';

/** A no, or a fault on the way. */
export function noAccess(request: RequestView): NoAccess | Unavailable {
  const { status } = request;
  const reason = lastReason(request);
  const details = { requestId: request.id, status };
  const { startsAt, extends: extended } = request.asked;
  const nothing =
    extended === undefined || startsAt === undefined
      ? 'Nothing was granted.'
      : `What you have ends as it was given, ${when(startsAt)}.`;
  if (status === 'timed-out' && !wasApproved(request)) {
    return new NoAccess(
      `No answer in time: ${people(request.reviewers)} did not answer by ${localTime(request.reviewBy)}. ${nothing} Ask again, best after telling one of them.`,
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
  return new NoAccess(`${line.charAt(0).toUpperCase()}${line.slice(1)}.${said} ${nothing}`, {
    details,
  });
}
