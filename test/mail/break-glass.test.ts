/** Mails about break-glass: all that is known, no link, and nothing that decides. */
import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { InvalidInput } from '#domain/errors.ts';
import { createMessages } from '#mail/review-mail.ts';
import { aDecision, aRequest, type RequestWanted } from '../builders/request.ts';

const messages = createMessages({ publicUrl: 'https://curfew.example.com/prod', catalog: sampleCatalog() });
const afterReview = {
  from: ['payments-leads'],
  openedAt: '2026-11-21T08:00:00.000Z',
  answerBy: '2026-11-22T08:00:00.000Z',
  reminders: 0,
};
const used = ({ asked, changes, ...more }: RequestWanted = {}) =>
  aRequest({
    status: 'active',
    ...more,
    asked: { role: 'deployer', breakGlass: true, ...asked },
    changes: {
      afterReview,
      decision: {
        ...aDecision(),
        reviews: [],
        reviewsNeeded: 0,
        matched: ['break-glass'],
        waived: ['role:deployer', 'ticket'],
      },
      ...changes,
    },
  });

const noticed = (wanted?: RequestWanted) => messages.noticeMail(used(wanted), 'rita@example.com');
const reminded = (wanted: RequestWanted = { status: 'revoked' }, overdue = false) =>
  messages.afterReviewMail(used(wanted), 'rita@example.com', overdue);
const flat = (html: string) => html.replaceAll('&quot;', '"').replace(/\s+/g, ' ');

it('that a use is disputed is told with who says so, why, and what one can do', () => {
  const answer = {
    reviewer: 'rita@example.com',
    verdict: 'dispute' as const,
    reason: 'There was no incident',
    at: '2026-11-21T10:00:00.000Z',
    digest: '0'.repeat(64),
  };
  const { subject, text, html } = noticed({
    status: 'revoked',
    changes: { afterReview: { ...afterReview, answer } },
  });
  expect(subject).toMatch(/^DISPUTED: rita@example.com disputes that alice@example.com had to take deployer/);
  for (const told of ['There was no incident', 'Access is over.', 'curfew kill --person alice@example.com']) {
    expect(text).toContain(told);
    expect(flat(html)).toContain(told);
  }
});

describe('the notice', () => {
  it('says loudly who takes what, why, what was set aside, how to end it and who looks back at it', () => {
    const request = used();
    const { to, subject, text, html } = messages.noticeMail(request, 'rita@example.com');
    expect(to).toBe('rita@example.com');
    expect(subject).toBe(
      'BREAK-GLASS: alice@example.com takes deployer on payments-prod by break-glass for 30 minutes',
    );
    for (const told of [
      'Checkout is slow since the last release',
      'Nobody has reviewed this beforehand.',
      'Set aside were the demands of: role:deployer, ticket.',
      `curfew revoke ${request.id}`,
      'curfew kill --person alice@example.com',
      'one of payments-leads looks back at it, until Sun 22 Nov 2026, 08:00 UTC',
      'Can read and change deployments, in payments.',
      '30 minutes, then it ends by itself',
      request.id,
    ]) {
      expect(text).toContain(told);
      expect(flat(html)).toContain(told);
    }
  });

  it('does not say that it is granted where a review is asked for even so', () => {
    const { subject, text } = noticed({ status: 'pending' });
    expect(subject).toContain('asks for deployer');
    expect(text).toContain("The organisation's policy asks for a review even so");
    expect(text).not.toContain('granted at once');
  });
});

describe('the reminder of an after-review', () => {
  it('says what was held and when, where to look, and both answers', () => {
    const request = used({ status: 'revoked' });
    const { subject, text, html } = messages.afterReviewMail(request, 'rita@example.com', false);
    expect(subject).toBe('After-review: alice@example.com took deployer on payments-prod by break-glass');
    for (const told of [
      'Review it until Sun 22 Nov 2026, 08:00 UTC',
      'from Sat 21 Nov 2026, 08:00:03 UTC until 08:00:05 UTC (revoked)',
      `curfew show ${request.id}`,
      `curfew-${request.id.toLowerCase()}`,
      `curfew after-review ${request.id} --accept --reason`,
      `curfew after-review ${request.id} --dispute --reason`,
    ]) {
      expect(text).toContain(told);
      expect(flat(html)).toContain(told);
    }
    expect(text).not.toMatch(/overdue|no further access/i);
  });

  it('says when it is overdue, and what that means', () => {
    const { subject, text } = reminded({ status: 'revoked' }, true);
    expect(subject).toMatch(/^OVERDUE after-review: /);
    expect(text).toContain('This was to be reviewed until Sun 22 Nov 2026, 08:00 UTC');
    expect(text).toContain('they get no further access by break-glass');
  });

  it('says so where nothing was ever usable', () => {
    expect(reminded({ status: 'denied' }).text).toContain('When: Nothing was ever usable');
  });
});

describe.each([
  ['the notice', noticed],
  ['the reminder', reminded],
])('%s', (_, mail) => {
  it('holds no link, no script, no form and nothing from elsewhere', () => {
    const { text, html } = mail();
    expect(`${text}${html}`).not.toMatch(/https?:|href|<img|<script|<form|<link/i);
  });

  it.each(['a\r\nBcc: eve@example.com', 'a\u2028b\u0085c', '\u202eevil', '<script>1</script>'])(
    'can be given no header, line or markup by %j',
    (evil) => {
      const { subject, text, html } = mail({
        status: 'revoked',
        asked: { role: evil, cluster: evil, reason: evil, namespaces: [evil] },
        changes: { afterReview: { ...afterReview, from: [evil] } },
      });
      expect(subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(text.split('\n').filter((line) => /^(Bcc|Subject):/.test(line))).toEqual([]);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(html).not.toMatch(/<script/);
    },
  );
});

it.each(['a@x.com, b@x.com', 'a@x.com\r\nBcc: b@x.com', 'oncall'])(
  'is not made for %j, which is not one address',
  (person) => {
    expect(() => messages.noticeMail(used(), person)).toThrow(InvalidInput);
    expect(() => messages.afterReviewMail(used(), person, false)).toThrow(InvalidInput);
  },
);

it('asks a reviewer to think of the emergency first, where one is asked', () => {
  const { text } = messages.reviewMail(used({ status: 'pending' }), 'rita@example.com', 'secret');
  expect(text).toContain('By break-glass: an emergency, they say. Set aside: role:deployer, ticket.');
});
