/** Sends mail by SES. At least once: a mail whose answer was lost is sent again. */
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import type { Mail, Mailer } from '#ports';
import { headerText } from './mail-header.ts';
import { type Purpose, sdkOptions } from './sdk-options.ts';
import { attempt } from './unavailable.ts';

export class SesMailer implements Mailer {
  readonly #ses: SESv2Client;
  readonly #from: string;
  constructor(ses: SESv2Client, from: string) {
    this.#ses = ses;
    this.#from = from;
  }

  async send({ to, subject, text, html }: Mail): Promise<void> {
    const utf8 = (data: string) => ({ Data: data, Charset: 'UTF-8' });
    const command = new SendEmailCommand({
      FromEmailAddress: this.#from,
      Destination: { ToAddresses: [headerText(to)] },
      Content: {
        Simple: { Subject: utf8(headerText(subject)), Body: { Text: utf8(text), Html: utf8(html) } },
      },
    });
    await attempt(`Sending mail to ${headerText(to)}`, () => this.#ses.send(command));
  }
}

export function sesMailer(purpose: Purpose, region: string, from: string): SesMailer {
  return new SesMailer(new SESv2Client(sdkOptions(purpose, region)), from);
}
