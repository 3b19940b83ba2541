/** Mail in memory: what was sent, and messages as plain as can be. */
import type { AccessRequest } from '#domain/request.ts';
import type { Mail, Mailer, Messages } from '#ports';
import { headerText } from '../mail-header.ts';

export class MemoryMailer implements Mailer {
  readonly sent: Mail[] = [];

  async send(mail: Mail): Promise<void> {
    this.sent.push({ ...mail, to: headerText(mail.to), subject: headerText(mail.subject) });
  }
}

const plain = (to: string, subject: string, text: string): Mail => ({
  to,
  subject,
  text,
  html: `<pre>${text}</pre>`,
});

/** Mail texts of which tests need only the request's id and the link's secret. */
export const plainMessages: Messages = {
  reviewMail(request: AccessRequest, reviewer: string, linkSecret: string): Mail {
    const text = `Request ${request.id}\n/review/${linkSecret}`;
    return plain(reviewer, `Review request ${request.id}`, text);
  },
  claimMail: ({ id }, person) => plain(person, `Claim ${id}`, `Request ${id}`),
  noticeMail: ({ id }, person) => plain(person, `Break-glass ${id}`, `Request ${id}`),
  afterReviewMail: ({ id }, person, overdue) =>
    plain(person, `${overdue ? 'Overdue: after-review' : 'After-review'} ${id}`, `Request ${id}`),
};
