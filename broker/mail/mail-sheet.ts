/** The frame of every mail: one sheet that reads well on a phone and in the dark, and headers that hold one line and one address. */
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { InvalidInput } from '#domain/errors.ts';
import { oneLine } from './request-in-words.ts';
import { mailStyle, styled } from './review-mail-style.ts';

export type Part = HtmlEscapedString | Promise<HtmlEscapedString>;
/** A value of several lines is shown as such. */
export type Row = readonly [label: string, value: string];

/** RFC 5322 allows 998 characters a line; people read about a hundred. */
const longestSubject = 150;

export function subjectOf(text: string): string {
  const subject = oneLine(text);
  return subject.length <= longestSubject ? subject : `${subject.slice(0, longestSubject - 1).trimEnd()}…`;
}

/** An address that is one address: no list, no display name, no line break. Throws InvalidInput for others. */
export function mailbox(person: string): string {
  if (/^[^\s@,;:<>()"\\[\]\p{Cc}\p{Cf}]+@[^\s@,;:<>()"\\[\]\p{Cc}\p{Cf}]+$/u.test(person)) return person;
  throw new InvalidInput(
    'Somebody who has to be told is not a single mail address. Correct the catalog; nothing was sent to this one.',
  );
}

export const bulletsOf = (lines: readonly string[]): string => lines.map((line) => `  - ${line}`).join('\n');
export const linesOf = (rows: readonly Row[]): string =>
  rows.map(([label, value]) => `${label}: ${value.replaceAll('\n', '\n  ')}`).join('\n');

/** `preview`: what a list of mails shows beside the subject. */
export function sheet({ title, preview, body }: { title: string; preview: string; body: Part }): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="supported-color-schemes" content="light dark">
  <title>${title}</title>
  <style>${raw(mailStyle)}</style>
</head>
<body ${styled('body')}>
  <div style="display:none;max-height:0;overflow:hidden">${preview}</div>
  <div role="main" ${styled('sheet')}>
    <p ${styled('brand')}>Curfew</p>
    <h1 ${styled('heading')}>${title}</h1>
    ${body}
  </div>
</body>
</html>`;
  return String(page);
}

export function cautionOf(heading: string, lines: readonly string[]): Part | '' {
  if (lines.length === 0) return '';
  return html`
      <div ${styled('caution')}>
        <strong>${heading}</strong>
        <ul ${styled('cares')}>${lines.map((line) => html`<li>${line}</li>`)}</ul>
      </div>`;
}

export function tableOf(rows: readonly Row[]): Part {
  const row = ([label, value]: Row) => html`
      <tr>
        <th scope="row" align="left" valign="top" ${styled('label')}>${label}</th>
        <td valign="top" ${styled('value')}>${value.split('\n').map((line, n) => html`${n > 0 ? html`<br>` : ''}${line}`)}</td>
      </tr>`;
  return html`<table cellpadding="0" cellspacing="0" ${styled('table')}>${rows.map(row)}
    </table>`;
}

export const noteOf = (text: string): Part => html`<p ${styled('note')}>${text}</p>`;
export const whyOf = (reason: string): Part => html`<p ${styled('why')}>They write: “${reason}”</p>`;

/** What a role lets one do. */
export function roleOf(givenBy: string, inShort: string, can: readonly string[]): Part {
  return html`<p ${styled('lead')}><strong>${givenBy}</strong> lets them:</p>
    <p ${styled('note')}>${inShort}</p>
    <ul ${styled('list')}>${can.map((line) => html`<li>${line}</li>`)}</ul>`;
}
