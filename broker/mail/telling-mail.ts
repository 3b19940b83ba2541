/** A mail that tells somebody of a request and what they can do about it by command. It holds no link, and decides nothing. */
import { html } from 'hono/html';
import type { Mail } from '#ports';
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
import type { RequestInWords } from './request-in-words.ts';

const noLink = 'This mail holds no link: commands of curfew are signed with your own identity.';

interface Told {
  to: string;
  subject: string;
  title: string;
  words: RequestInWords;
  /** What to do, and what to think of. */
  heading: string;
  points: string[];
  rows: Row[];
}

export function mailOf({ to, subject, title, words, heading, points, rows }: Told): Mail {
  const text = [
    `${title}.`,
    `They write: “${words.why}”`,
    `${heading}:\n${bulletsOf(points)}`,
    `${words.givenBy} lets them:\n${words.inShort}\n${bulletsOf(words.can)}`,
    linesOf(rows),
    noLink,
  ].join('\n\n');
  const body = html`${whyOf(words.why)}
    ${cautionOf(heading, points)}
    ${roleOf(words.givenBy, words.inShort, words.can)}
    ${tableOf(rows)}
    ${noteOf(noLink)}`;
  return {
    to: mailbox(to),
    subject: subjectOf(subject),
    text,
    html: sheet({ title, preview: words.why, body }),
  };
}

export const factsOf = (words: RequestInWords): Row[] => [
  ['Who', words.who],
  ['Who gets access', words.whoGets],
  ['Where', words.where],
];
