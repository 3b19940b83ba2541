/** The mail to the person whom others have asked for: it is approved, and theirs once they have signed for it. */
import { askerInWords } from '#domain/claim.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Mail } from '#ports';
import { instantInWords } from './instant-in-words.ts';
import { oneLine, type RequestInWords } from './request-in-words.ts';
import { factsOf, mailOf } from './telling-mail.ts';

export function claimMail(request: AccessRequest, words: RequestInWords, person: string): Mail {
  const { asked, id, claim, openBy, requester } = request;
  const asker = requester.askedBy ? oneLine(askerInWords(requester.askedBy)) : words.who;
  const title = oneLine(`${asked.role} on ${asked.cluster} is approved for you: claim it`);
  const from = claim?.from ?? [];
  return mailOf({
    to: person,
    subject: `To claim: ${asked.role} on ${asked.cluster}`,
    title,
    words,
    heading: 'Nothing is granted before you have claimed it',
    points: [
      `${asker} has asked for this, for you. If you need it: curfew claim ${id}`,
      ...(openBy === undefined ? [] : [`You have until ${instantInWords(openBy)}.`]),
      ...(from.length === 0 ? [] : [`Sign in with the IAM role ${from.map(oneLine).join(' or ')}.`]),
      `If you don't need it, or know nothing of it: curfew withdraw ${id}`,
    ],
    rows: [...factsOf(words), ...words.times, ['Ticket', words.ticket ?? 'none given'], ['Request', id]],
  });
}
