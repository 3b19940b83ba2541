/** The mail that asks one reviewer: all they need to decide, and a link to the page where they do. It never decides by itself. */
import { html, raw } from 'hono/html';
import type { Catalog } from '#domain/catalog.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Mail, Messages } from '#ports';
import { acceptsFor, oneLine, type RequestInWords, requestInWords } from './request-in-words.ts';
import { mailStyle, styled } from './review-mail-style.ts';

export interface MessagesOptions {
  /** Address that people reach the broker at, with its stage or base path: `https://curfew.example.com`. */
  publicUrl: string;
  /** Says what was accepted of the role, and why. */
  catalog: Pick<Catalog, 'roles'>;
}

/** RFC 5322 allows 998 characters a line; people read about a hundred. */
const longestSubject = 150;

function subjectOf(words: RequestInWords): string {
  const subject = oneLine(`Review: ${words.headline}`);
  return subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 1).trimEnd()}…`;
}

/** An address that is one address: no list, no display name, no line break. Throws InvalidInput for others. */
function mailbox(reviewer: string): string {
  if (/^[^\s@,;:<>()"\\[\]\p{Cc}\p{Cf}]+@[^\s@,;:<>()"\\[\]\p{Cc}\p{Cf}]+$/u.test(reviewer)) return reviewer;
  throw new InvalidInput(
    'A reviewer is not a single mail address. Correct the reviewers in the catalog; nothing was sent to this one.',
  );
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

function rowsOf({ words, id }: Told): (readonly [label: string, value: string])[] {
  return [
    ['Who asks', words.who],
    ['Who gets access', words.whoGets],
    ['Where', words.where],
    ...words.times,
    ['Ticket', words.ticket ?? 'none given'],
    ['Approvals so far', words.approvals],
    ...(words.risk.length > 0 ? [['Risk', words.risk.join('; ')] as const] : []),
    ['Answer until', words.answerBy],
    ['Request', id],
  ];
}

function textOf(told: Told): string {
  const { words, link, reviewer } = told;
  const bullets = (lines: string[]) => lines.map((line) => `  - ${line}`).join('\n');
  const rows = rowsOf(told)
    .map(([label, value]) => `${label}: ${value}`)
    .join('\n');
  return [
    `${words.headline}.`,
    `They write: “${words.why}”`,
    `Look at it and answer:\n${link}`,
    ...(words.cautions.length > 0 ? [`Think of this first:\n${bullets(words.cautions)}`] : []),
    `Role ${words.role} lets them:\n${words.inShort}\n${bullets(words.can)}`,
    rows,
    ...(words.surely === undefined ? [] : [words.surely]),
    safety(reviewer),
    words.noAnswer,
  ].join('\n\n');
}

function htmlOf(told: Told): string {
  const { words, link, reviewer } = told;
  const row = ([label, value]: readonly [string, string]) => html`
      <tr>
        <th scope="row" align="left" valign="top" ${styled('label')}>${label}</th>
        <td valign="top" ${styled('value')}>${value}</td>
      </tr>`;
  const cautions = html`
      <div ${styled('caution')}>
        <strong>Think of this first</strong>
        <ul ${styled('cares')}>${words.cautions.map((line) => html`<li>${line}</li>`)}</ul>
      </div>`;
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <title>${words.headline}</title>
  <style>${raw(mailStyle)}</style>
</head>
<body ${styled('body')}>
  <div style="display:none;max-height:0;overflow:hidden">${words.why}</div>
  <div ${styled('sheet')}>
    <p ${styled('brand')}>Curfew</p>
    <h1 ${styled('heading')}>${words.headline}</h1>
    <p ${styled('why')}>They write: “${words.why}”</p>
    <p ${styled('action')}><a href="${link}" ${styled('button')}>Look at it and answer</a></p>
    ${words.cautions.length > 0 ? cautions : ''}
    <p ${styled('lead')}>Role <strong>${words.role}</strong> lets them:</p>
    <p ${styled('note')}>${words.inShort}</p>
    <ul ${styled('list')}>${words.can.map((line) => html`<li>${line}</li>`)}</ul>
    <table cellpadding="0" cellspacing="0" ${styled('table')}>${rowsOf(told).map(row)}
    </table>
    ${words.surely === undefined ? '' : html`<p ${styled('note')}>${words.surely}</p>`}
    <p ${styled('note')}>${safety(reviewer)} ${words.noAnswer}</p>
  </div>
</body>
</html>`;
  return String(page);
}

export function createMessages({ publicUrl, catalog }: MessagesOptions): Messages {
  const base = publicUrl.replace(/\/+$/, '');
  return {
    reviewMail(request: AccessRequest, reviewer: string, linkSecret: string): Mail {
      const words = requestInWords(request, acceptsFor(request, catalog));
      const link = `${base}/review/${encodeURIComponent(linkSecret)}`;
      const told = { words, reviewer: mailbox(reviewer), link, id: request.id };
      return {
        to: told.reviewer,
        subject: subjectOf(words),
        text: textOf(told),
        html: htmlOf(told),
      };
    },
  };
}
