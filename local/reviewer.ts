/** A reviewer with a mailbox and a browser without JavaScript: opens the mailed page and presses one of its buttons. */

import type { Mail } from './emulator/mails.ts';
import { waitForMail } from './mailbox/wait-for-mail.ts';

/** Address of the review page in a mail. */
export function linkIn(mail: Pick<Mail, 'text'>): string {
  const link = /https?:\/\/\S+\/review\/\S+/.exec(mail.text)?.[0];
  if (!link) throw new Error('The mail has no link to a review page.');
  return link;
}

export interface Answered {
  /** HTTP status of the answer to the form. */
  status: number;
  /** When the button was pressed. */
  pressedAt: Date;
  /** The page that came back, as text. */
  page: string;
}

/** The first mail to a reviewer about one request, or sent after an instant. */
export async function mailFor(of: {
  emulatorUrl: string;
  reviewer: string;
  requestId?: string;
  after?: Date;
}): Promise<Mail> {
  for (let after = of.after ?? new Date(0); ; ) {
    const mail = await waitForMail({ emulatorUrl: of.emulatorUrl, to: of.reviewer, after });
    if (of.requestId === undefined || mail.text.includes(of.requestId)) return mail;
    after = mail.sentAt;
  }
}

/** Sends the form of a page with the button `answer`, as a browser does. */
export async function press(link: string, pageHtml: string, answer: 'approve' | 'deny'): Promise<Answered> {
  const fields = new URLSearchParams({ answer });
  for (const [input] of pageHtml.matchAll(/<input\b[^>]*type="hidden"[^>]*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input)?.[1];
    const value = /\bvalue="([^"]*)"/.exec(input)?.[1];
    if (name) fields.set(name, value ?? '');
  }
  const pressedAt = new Date();
  const response = await fetch(link, { method: 'POST', body: fields, redirect: 'manual' });
  return { status: response.status, pressedAt, page: textOf(await response.text()) };
}

/** What a person reads of a page: its text, a line per block. */
export function textOf(pageHtml: string): string {
  return pageHtml
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/g, '')
    .replace(/<\/(p|h\d|li|dt|dd|tr|div|section|button|label|summary)>/g, '\n')
    .replace(/<[^>]+>/g, ' ')
    .replace(
      /&(lt|gt|amp|quot|#39);/g,
      (entity) => ({ '&lt;': '<', '&gt;': '>', '&amp;': '&', '&quot;': '"' })[entity] ?? "'",
    )
    .split('\n')
    .map((line) => line.replace(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
