/** Mails about break-glass: the notice that it is used, and the reminder to look back at it. They hold no link, and decide nothing. */
import type { AccessRequest } from '#domain/request.ts';
import type { Mail } from '#ports';
import { durationInWords, instantInWords, spanInWords } from './instant-in-words.ts';
import type { Row } from './mail-sheet.ts';
import { oneLine, type RequestInWords } from './request-in-words.ts';
import { factsOf, mailOf } from './telling-mail.ts';

export function noticeMail(request: AccessRequest, words: RequestInWords, person: string): Mail {
  const answer = request.afterReview?.answer;
  return answer?.verdict === 'dispute'
    ? disputeMail(request, words, { person, ...answer })
    : useMail(request, words, person);
}

function disputeMail(
  request: AccessRequest,
  words: RequestInWords,
  { person, reviewer, reason }: { person: string; reviewer: string; reason: string },
): Mail {
  const { asked, id } = request;
  const title = oneLine(
    `${reviewer} disputes that ${words.who} had to take ${asked.role} on ${asked.cluster} by break-glass`,
  );
  return mailOf({
    to: person,
    subject: `DISPUTED: ${title}`,
    title,
    words,
    heading: 'What they found',
    points: [
      `${oneLine(reviewer)} writes: “${oneLine(reason)}”`,
      'Access is over. A dispute takes nothing else away: what follows is for you to decide.',
      `See what happened: curfew show ${id}. What was done with it is in the audit log of the cluster, under ${`curfew-${id}`.toLowerCase()}.`,
      `To keep them from all access meanwhile, an operator can: curfew kill --person ${words.who} --reason "..."`,
    ],
    rows: [...factsOf(words), ['When', heldInWords(request)], ...tailOf(request, words)],
  });
}

function useMail(request: AccessRequest, words: RequestInWords, person: string): Mail {
  const { asked, id, afterReview, status } = request;
  const length = durationInWords(asked.durationSeconds);
  const pending = status === 'pending';
  const title = oneLine(
    `${words.who} ${pending ? 'asks for' : 'takes'} ${asked.role} on ${asked.cluster} by break-glass for ${length}`,
  );
  return mailOf({
    to: person,
    subject: `BREAK-GLASS: ${title}`,
    title,
    words,
    heading: 'An emergency, or somebody who says so',
    points: [
      pending
        ? "The organisation's policy asks for a review even so; everything else that takes time was set aside."
        : 'Nobody has reviewed this beforehand. It is granted at once, and ends by itself.',
      ...setAside(request),
      `If it should not be, end it: curfew revoke ${id} --reason "..."`,
      `If it is not they who ask, an operator stops everything of theirs: curfew kill --person ${words.who} --reason "..."`,
      ...(afterReview
        ? [
            `Once it is over, one of ${afterReview.from.map(oneLine).join(', ')} looks back at it, until ${instantInWords(afterReview.answerBy)}.`,
          ]
        : []),
    ],
    rows: [...factsOf(words), ['How long', `${length}, then it ends by itself`], ...tailOf(request, words)],
  });
}

export function afterReviewMail(
  request: AccessRequest,
  words: RequestInWords,
  { person, overdue }: { person: string; overdue: boolean },
): Mail {
  const { asked, id, afterReview } = request;
  const what = oneLine(`${words.who} took ${asked.role} on ${asked.cluster} by break-glass`);
  const title = overdue ? `Overdue: ${what}, and nobody has looked back at it` : `${what}: look back at it`;
  const until = afterReview ? instantInWords(afterReview.answerBy) : '';
  return mailOf({
    to: person,
    subject: overdue ? `OVERDUE after-review: ${what}` : `After-review: ${what}`,
    title,
    words,
    heading: overdue ? `This was to be reviewed until ${until}` : `Review it until ${until}`,
    points: [
      ...setAside(request),
      `See what happened: curfew show ${id}. What was done with it is in the audit log of the cluster, under ${`curfew-${id}`.toLowerCase()}.`,
      `It was right: curfew after-review ${id} --accept --reason "..."`,
      `It was not: curfew after-review ${id} --dispute --reason "..."`,
      ...(overdue ? ['Until somebody answers, they get no further access by break-glass.'] : []),
    ],
    rows: [...factsOf(words), ['When', heldInWords(request)], ...tailOf(request, words)],
  });
}

function tailOf({ id }: AccessRequest, words: RequestInWords): Row[] {
  return [
    ['Ticket', words.ticket ?? 'none given'],
    ...(words.risk.length > 0 ? [['Risk', words.risk.join('\n')] as const] : []),
    ['Request', id],
  ];
}

function setAside({ decision: { waived = [] } }: AccessRequest): string[] {
  return waived.length === 0 ? [] : [`Set aside were the demands of: ${waived.map(oneLine).join(', ')}.`];
}

function heldInWords({ grant, ending, status }: AccessRequest): string {
  if (!grant?.activatedAt) return 'Nothing was ever usable';
  const end = grant.unboundAt ?? ending?.notBefore ?? grant.expiresAt;
  return `${spanInWords(grant.activatedAt, end)} (${status})`;
}
