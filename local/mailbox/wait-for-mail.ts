/** Waits for a mail to arrive, as a person looking into their mailbox would. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Mail, readMails } from '#local/emulator/mails.ts';

const lookAgainEveryMs = 100;

/**
 * The oldest mail to the address `to` whose subject matches, among those sent after `after` (default: all).
 * Gives up after `withinMs` (default 30 s) with an error that says which mails there were instead.
 */
export async function waitForMail(of: {
  emulatorUrl: string;
  to: string;
  subject?: RegExp;
  after?: Date;
  withinMs?: number;
}): Promise<Mail> {
  const { emulatorUrl, to, subject = /./, after = new Date(0), withinMs = 30_000 } = of;
  const deadline = performance.now() + withinMs;
  for (;;) {
    const mails = await readMails(emulatorUrl);
    const found = mails.find(
      (mail) => mail.to.includes(to) && mail.sentAt > after && subject.test(mail.subject),
    );
    if (found) return found;
    if (performance.now() > deadline) {
      const others =
        mails.map((mail) => `${mail.to.join(', ')}: ${mail.subject}`).join('; ') || 'no mail at all';
      throw new Error(
        `No mail to ${to} with a subject like ${subject} came within ${withinMs} ms. There was: ${others}.`,
      );
    }
    await sleep(lookAgainEveryMs);
  }
}
