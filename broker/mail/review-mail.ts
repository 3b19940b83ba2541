/** The mail that asks one reviewer: all they need to decide, and a link to the page where they do. It never decides by itself. */
import { html } from 'hono/html';
import type { Catalog } from '#domain/catalog.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Mail, Messages } from '#ports';
import { afterReviewMail, noticeMail } from './break-glass-mail.ts';
import { claimMail } from './claim-mail.ts';
import {
  bulletsOf,
  cautionOf,
  linesOf,
  mailbox,
  noteOf,
  type Row,
  roleOf,
  sheet,
  subjectOf,
  tableOf,
  whyOf,
} from './mail-sheet.ts';
import { acceptsFor, type RequestInWords, requestInWords } from './request-in-words.ts';
import { styled } from './review-mail-style.ts';

export interface MessagesOptions {
  /** Address that people reach the broker at, with its stage or base path: `https://curfew.example.com`. */
  publicUrl: string;
  /** Says what was accepted of the role, and why. */
  catalog: Pick<Catalog, 'roles'>;
}

interface Told {
  words: RequestInWords;
  reviewer: string;
  link: string;
  id: string;
}

const safety = (reviewer: string) =>
  `This mail is for ${reviewer}. Whoever opens its link can answer in your name, so don't forward it. ` +
  'Opening the link decides nothing; it works for one answer.';

function rowsOf({ words, id }: Told): Row[] {
  return [
    ['Who asks', words.who],
    ['Who gets access', words.whoGets],
    ['Where', words.where],
    ...words.times,
    ['Ticket', words.ticket ?? 'none given'],
    ['Approvals so far', words.approvals],
    ...(words.risk.length > 0 ? [['Risk', words.risk.join('\n')] as const] : []),
    ['Answer until', words.answerBy],
    ['Request', id],
  ];
}

const firstOfAll = 'Think of this first';

function textOf(told: Told): string {
  const { words, link, reviewer } = told;
  return [
    `${words.headline}.`,
    `They write: “${words.why}”`,
    `Look at it and answer:\n${link}`,
    ...(words.cautions.length > 0 ? [`${firstOfAll}:\n${bulletsOf(words.cautions)}`] : []),
    `${words.givenBy} lets them:\n${words.inShort}\n${bulletsOf(words.can)}`,
    linesOf(rowsOf(told)),
    ...(words.surely === undefined ? [] : [words.surely]),
    safety(reviewer),
    words.noAnswer,
  ].join('\n\n');
}

function htmlOf(told: Told): string {
  const { words, link, reviewer } = told;
  const body = html`${whyOf(words.why)}
    <p ${styled('action')}><a href="${link}" ${styled('button')}>Look at it and answer</a></p>
    ${cautionOf(firstOfAll, words.cautions)}
    ${roleOf(words.givenBy, words.inShort, words.can)}
    ${tableOf(rowsOf(told))}
    ${words.surely === undefined ? '' : noteOf(words.surely)}
    ${noteOf(`${safety(reviewer)} ${words.noAnswer}`)}`;
  return sheet({ title: words.headline, preview: words.why, body });
}

export function createMessages({ publicUrl, catalog }: MessagesOptions): Messages {
  const base = publicUrl.replace(/\/+$/, '');
  const wordsOf = (request: AccessRequest) => requestInWords(request, acceptsFor(request, catalog));
  return {
    reviewMail(request: AccessRequest, reviewer: string, linkSecret: string): Mail {
      const words = wordsOf(request);
      const link = `${base}/review/${encodeURIComponent(linkSecret)}`;
      const told = { words, reviewer: mailbox(reviewer), link, id: request.id };
      return {
        to: told.reviewer,
        subject: subjectOf(`Review: ${words.headline}`),
        text: textOf(told),
        html: htmlOf(told),
      };
    },
    claimMail: (request, person) => claimMail(request, wordsOf(request), person),
    noticeMail: (request, person) => noticeMail(request, wordsOf(request), person),
    afterReviewMail: (request, person, overdue) =>
      afterReviewMail(request, wordsOf(request), { person, overdue }),
  };
}
