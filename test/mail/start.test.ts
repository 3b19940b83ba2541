/** What reviewers are told about a start that was asked for, and about a grant that is to go on. */
import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { spanInWords } from '#mail/instant-in-words.ts';
import { createMessages } from '#mail/review-mail.ts';
import { aRequest, type RequestWanted } from '../builders/request.ts';

const messages = createMessages({
  publicUrl: 'https://curfew.example.com/prod/',
  catalog: sampleCatalog(),
});
const mailOf = (wanted: RequestWanted) => messages.reviewMail(aRequest(wanted), 'rita@example.com', 'secret');
const oneSpaced = (text: string) => text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');

it.each([
  ['2026-11-21T15:00:00.000Z', '2026-11-21T15:30:00.000Z', 'from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC'],
  [
    '2026-11-21T23:45:00.000Z',
    '2026-11-22T00:15:00.000Z',
    'from Sat 21 Nov 2026, 23:45 UTC until Sun 22 Nov 2026, 00:15 UTC',
  ],
  [
    '2026-11-21T15:00:05.250Z',
    '2026-11-21T15:00:35.250Z',
    'from Sat 21 Nov 2026, 15:00:05 UTC until 15:00:35 UTC',
  ],
])('from %s to %s is said "%s"', (from, to, words) => {
  expect(spanInWords(from, to)).toBe(words);
});

describe('the mail about a grant that is to start later', () => {
  const mail = mailOf({ asked: { startsAt: '2026-11-21T15:00:00.000Z' } });

  it('names its start and its end, in the subject too', () => {
    const span = 'from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC';
    expect(mail.subject).toBe(
      `Review: alice@example.com asks for pod-reader on payments-prod for 30 minutes, ${span}`,
    );
    for (const body of [mail.text, oneSpaced(mail.html)]) {
      expect(body).toContain(`${span}, then it ends by itself`);
      expect(body).toContain('Approved later, it starts later and ends all the same.');
      expect(body).toContain('No answer means no access.');
    }
  });
});

describe('the mail about an extension', () => {
  const extended = '01KAJ8Z4Q0V6N2M3T5R7W9X1YB';
  const mail = mailOf({
    asked: { startsAt: '2026-11-21T15:00:00.000Z', extends: extended },
    changes: { firstStart: '2026-11-21T14:00:00.000Z' },
  });

  it('says which grant goes on, since when there is access, and how long it becomes in all', () => {
    expect(mail.subject).toContain(
      'alice@example.com asks to keep pod-reader on payments-prod for 30 minutes more',
    );
    for (const body of [mail.text, oneSpaced(mail.html)]) {
      expect(body).toContain('from Sat 21 Nov 2026, 15:00 UTC until 15:30 UTC');
      expect(body).toContain(`the grant ${extended}`);
      expect(body).toMatch(/Has access since:? Sat 21 Nov 2026, 14:00 UTC/);
      expect(body).toContain('30 minutes more, 1 hour 30 minutes in all');
    }
  });

  it('does not say that no answer means no access', () => {
    for (const body of [mail.text, mail.html]) {
      expect(body).not.toContain('No answer means no access');
      expect(body).toContain('ends as it was given: Sat 21 Nov 2026, 15:00 UTC');
    }
  });
});
