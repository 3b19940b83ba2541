/** Mailer: the memory twin and SES do the same. */
import { CreateEmailIdentityCommand, SESv2Client } from '@aws-sdk/client-sesv2';
import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryMailer } from '#adapters/memory/mail.ts';
import { sesMailer } from '#adapters/ses-mailer.ts';
import { Unavailable } from '#domain/errors.ts';
import { localCloud, region } from './local-cloud.ts';
import { mailerContract } from './mailer.ts';

describe('Mailer in memory', () => {
  mailerContract(async () => {
    const mailer = new MemoryMailer();
    return { mailer, sent: async () => mailer.sent };
  });
});

describe('Mailer by SES', () => {
  const { emulator } = localCloud();
  const from = 'curfew@example.com';
  beforeAll(async () => {
    await new SESv2Client({ region }).send(new CreateEmailIdentityCommand({ EmailIdentity: from }));
  });

  mailerContract(async () => {
    const before = (await emulator().mails()).length;
    const sent = async () =>
      (await emulator().mails())
        .slice(before)
        .map(({ to, subject, text, html }) => ({ to: to.join(), subject, text, html }));
    return { mailer: sesMailer('granting', region, from), sent };
  });

  it('sends from the configured address', async () => {
    const mail = { to: 'rita@example.com', subject: 's', text: 't', html: 'h' };
    await sesMailer('granting', region, from).send(mail);
    expect((await emulator().mails()).at(-1)?.from).toBe(from);
  });

  it('says Unavailable when SES does not take the sender', async () => {
    const mail = { to: 'rita@example.com', subject: 's', text: 't', html: 'h' };
    const stranger = sesMailer('granting', region, 'stranger@elsewhere.example');
    await expect(stranger.send(mail)).rejects.toBeInstanceOf(Unavailable);
  });
});
