import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CreateEmailIdentityCommand, SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, region, rootKeys, startEmulator } from '#local/emulator/emulator.ts';
import { type Mailbox, startMailbox } from '#local/mailbox/mailbox.ts';
import { waitForMail } from '#local/mailbox/wait-for-mail.ts';
import { silentProgress } from '#local/progress.ts';

let dir: string;
let emulator: Emulator;
let mailbox: Mailbox;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-mailbox-'));
  emulator = await startEmulator({ dir: path.join(dir, 'emulator'), progress: silentProgress() });
  mailbox = await startMailbox({ emulatorUrl: emulator.url });
  const sender = new CreateEmailIdentityCommand({ EmailIdentity: 'curfew@example.com' });
  await ses().send(sender);
}, 180_000);

afterAll(async () => {
  await mailbox?.stop();
  await emulator?.stop();
  await rm(dir, { recursive: true, force: true });
});

const ses = () => new SESv2Client({ endpoint: emulator.url, region, credentials: rootKeys });

const send = (to: string, subject: string, html = '<p>Hello</p>', text = 'Hello') =>
  ses().send(
    new SendEmailCommand({
      FromEmailAddress: 'curfew@example.com',
      Destination: { ToAddresses: [to] },
      Content: {
        Simple: { Subject: { Data: subject }, Body: { Html: { Data: html }, Text: { Data: text } } },
      },
    }),
  );

const get = async (address: string) => {
  const response = await fetch(address);
  return { status: response.status, headers: response.headers, text: await response.text() };
};

describe('Waiting for a mail', () => {
  test('finds the one to a reader that is already there', async () => {
    await send('rita@example.com', 'Review request 1', '<p>one</p>', 'one');
    const mail = await waitForMail({
      emulatorUrl: emulator.url,
      to: 'rita@example.com',
      subject: /request 1/,
    });
    expect(mail).toMatchObject({ subject: 'Review request 1', text: 'one', html: '<p>one</p>' });
  });

  test('waits for one that is still to come', async () => {
    const waiting = waitForMail({ emulatorUrl: emulator.url, to: 'rita@example.com', subject: /later/ });
    await send('rita@example.com', 'It came later');
    expect((await waiting).subject).toBe('It came later');
  });

  test('does not take what was sent before, or to somebody else, and says what there was', async () => {
    await send('rob@example.com', 'Only for rob');
    const { sentAt } = await waitForMail({ emulatorUrl: emulator.url, to: 'rob@example.com' });
    const wait = { emulatorUrl: emulator.url, withinMs: 1 };
    await expect(waitForMail({ ...wait, to: 'rita@example.com', subject: /rob/ })).rejects.toThrow(
      /No mail to rita@example.com .*rob@example.com: Only for rob/,
    );
    await expect(waitForMail({ ...wait, to: 'rob@example.com', after: sentAt })).rejects.toThrow(/No mail/);
  });
});

describe('The mailbox', () => {
  test('lists mails, newest first, and shows each', async () => {
    await send('rita@example.com', 'The older one');
    await send('rita@example.com', 'The newer one', '<a href="https://x.example/r">Review</a>', 'Go to x');
    const mail = await waitForMail({
      emulatorUrl: emulator.url,
      to: 'rita@example.com',
      subject: /newer one/,
    });
    const list = await get(mailbox.url);
    expect(list.text.indexOf('The newer one')).toBeGreaterThan(0);
    expect(list.text.indexOf('The newer one')).toBeLessThan(list.text.indexOf('The older one'));
    expect(list.text).toContain(mailbox.urlOf(mail).slice(mailbox.url.length));

    const page = await get(mailbox.urlOf(mail));
    expect(page.text).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
    expect(page.text).toContain('Go to x');
    expect(page.text).not.toContain('https://x.example/r');
  });

  test("gives a mail's HTML no rights, and lets its links open beside it", async () => {
    await send(
      'rita@example.com',
      'A bad one',
      '<script>alert(1)</script><a href="https://x.example/">x</a>',
    );
    const mail = await waitForMail({ emulatorUrl: emulator.url, to: 'rita@example.com', subject: /bad one/ });
    const frame = await get(`${mailbox.urlOf(mail)}/html`);
    expect(frame.text).toMatch(/^<base target="_blank">/);
    expect(frame.text).toContain('<a href="https://x.example/">x</a>');
    const policy = frame.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toMatch(/sandbox allow-popups allow-popups-to-escape-sandbox(;|$)/);
    expect(policy).not.toContain('allow-scripts');
  });

  test('escapes what a mail says of itself', async () => {
    await send('rita@example.com', '<script>alert(2)</script>', '<p></p>', '</pre><script>alert(3)</script>');
    const mail = await waitForMail({ emulatorUrl: emulator.url, to: 'rita@example.com', subject: /alert/ });
    for (const address of [mailbox.url, mailbox.urlOf(mail)]) {
      const { text } = await get(address);
      expect(text).toContain('&lt;script&gt;');
      expect(text).not.toContain('<script>');
    }
  });

  test('says so when there is no such mail', async () => {
    expect((await get(`${mailbox.url}/mails/none`)).status).toBe(404);
    expect((await get(`${mailbox.url}/mails/none/html`)).status).toBe(404);
  });
});
