/** What every mailer must do. */
import { expect, it } from 'vitest';
import type { Mail, Mailer } from '#ports';

export function mailerContract(fresh: () => Promise<{ mailer: Mailer; sent(): Promise<Mail[]> }>): void {
  it('delivers subject, text and page as they are, in any script', async () => {
    const { mailer, sent } = await fresh();
    const mail = {
      to: 'rita@example.com',
      subject: 'Prüfen: 結帳 🦉',
      text: 'Zeile 1\nZeile 2 – „Grüße“\n',
      html: '<p>Zeile 1</p><p>&lt;b&gt; „Grüße“ 🦉</p>',
    };
    await mailer.send(mail);
    expect(await sent()).toEqual([mail]);
  });

  it('lets no line break into a header', async () => {
    const { mailer, sent } = await fresh();
    const subject = 'Review\r\nBcc: mallory@example.com\u2028x';
    await mailer.send({ to: 'rita@example.com', subject, text: 't', html: 'h' });
    const [mail] = await sent();
    expect(mail?.subject).toBe('Review Bcc: mallory@example.com x');
    expect(mail?.to).toBe('rita@example.com');
  });

  it('sends a mail as often as it is told to: it keeps no memory', async () => {
    const { mailer, sent } = await fresh();
    const mail = { to: 'rob@example.com', subject: 's', text: 't', html: 'h' };
    await mailer.send(mail);
    await mailer.send(mail);
    expect(await sent()).toEqual([mail, mail]);
  });
}
