/** The mails that SES accepted, as the emulator lists them. */
import * as z from 'zod';

export interface Mail {
  id: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  sentAt: Date;
}

const listing = z.object({
  messages: z.record(
    z.string(),
    z.array(
      z.object({
        MessageId: z.string(),
        Source: z.string(),
        To: z.array(z.string()),
        Subject: z.string(),
        BodyText: z.string().nullish(),
        BodyHtml: z.string().nullish(),
        Timestamp: z.union([z.string(), z.number()]),
      }),
    ),
  ),
});

/** Every mail sent through the emulator at `url`, oldest first. */
export async function readMails(url: string): Promise<Mail[]> {
  const response = await fetch(`${url}/_ministack/ses/messages`);
  if (!response.ok) throw new Error(`The emulator can't list its mails: it answered ${response.status}.`);
  const { messages } = listing.parse(await response.json());
  return Object.values(messages)
    .flat()
    .map((mail) => ({
      id: mail.MessageId,
      from: mail.Source,
      to: mail.To,
      subject: mail.Subject,
      text: mail.BodyText ?? '',
      html: mail.BodyHtml ?? '',
      sentAt: new Date(typeof mail.Timestamp === 'number' ? mail.Timestamp * 1000 : mail.Timestamp),
    }))
    .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime());
}
