/** SES: the verified sender, and who may send as it. */
import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses';
import { Construct } from 'constructs';
import type { CurfewFunction } from './curfew-function.ts';
import type { Settings } from './settings.ts';

export class MailSender extends Construct {
  readonly #settings: Settings;

  constructor(scope: Construct, id: string, settings: Settings) {
    super(scope, id);
    this.#settings = settings;
    const { mailFrom, mailIdentity } = settings;
    if (mailIdentity === 'existing') return;
    const domain = mailFrom.slice(mailFrom.indexOf('@') + 1);
    new EmailIdentity(this, 'Identity', {
      identity: mailIdentity === 'domain' ? Identity.domain(domain) : Identity.email(mailFrom),
    });
  }

  grantSend(to: CurfewFunction): void {
    to.knows('CURFEW_MAIL_FROM', this.#settings.mailFrom);
    to.may(
      new PolicyStatement({
        actions: ['ses:SendEmail'],
        resources: [Stack.of(this).formatArn({ service: 'ses', resource: 'identity', resourceName: '*' })],
        conditions: { StringEquals: { 'ses:FromAddress': this.#settings.mailFrom } },
      }),
      'In the SES sandbox the identity of each recipient is asked for too; the sender is fixed by the condition.',
    );
  }
}
