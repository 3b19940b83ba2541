/** Sends one mail to each of several people; who can't be mailed now keeps nobody else from it. */
import { Unavailable } from '#domain/errors.ts';
import type { Mail, World } from '#ports';

export interface Sent {
  sent: string[];
  /** What went wrong, in words; empty where every mail was accepted. */
  problem: string;
}

export async function sendMails(
  { mailer }: Pick<World, 'mailer'>,
  people: readonly string[],
  mailFor: (person: string) => Mail,
): Promise<Sent> {
  const problems = new Map<string, string>();
  const sending = people.map(async (person) => {
    try {
      await mailer.send(mailFor(person));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      problems.set(person, error.message);
    }
  });
  await Promise.all(sending);
  return {
    sent: people.filter((person) => !problems.has(person)),
    problem: [...new Set(problems.values())].join(' '),
  };
}
