import { describe, expect, it } from 'vitest';
import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { Decision } from '#domain/policy/decision.ts';
import { askAgain } from '#domain/transitions/ask-again.ts';
import { createMessages } from '#mail/review-mail.ts';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aDecision, aRequest, type RequestWanted } from '../builders/request.ts';

const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlYw';
const messages = createMessages({
  publicUrl: 'https://curfew.example.com/prod/',
  catalog: sampleCatalog(),
});
const mailOf = (wanted: RequestWanted = {}, reviewer = 'rita@example.com') =>
  messages.reviewMail(aRequest(wanted), reviewer, secret);

describe('the review mail', () => {
  it('tells all that is needed to decide, in text and in HTML', () => {
    const request = aRequest();
    const mail = messages.reviewMail(request, 'rita@example.com', secret);
    expect(mail).toMatchObject({
      to: 'rita@example.com',
      subject: 'Review: alice@example.com asks for pod-reader on payments-prod for 30 minutes',
    });
    for (const told of [
      'Read pods, pod logs and services (get, list, watch)',
      'One person: alice@example.com',
      'Cluster payments-prod, namespace payments',
      '30 minutes, then it ends by itself',
      'Checkout is slow since the last release',
      'INC-1042',
      'Sat 21 Nov 2026, 12:00 UTC',
      'This mail is for rita@example.com',
      'No answer means no access',
      request.id,
    ]) {
      expect(mail.text).toContain(told);
      expect(mail.html.replace(/\s+/g, ' ')).toContain(told);
    }
  });

  it('holds one link, to the page, which decides nothing by itself', () => {
    const { text, html } = mailOf();
    const link = `https://curfew.example.com/prod/review/${secret}`;
    expect(text.match(/https?:\S+/g)).toEqual([link]);
    expect(html.match(/https?:[^"'\s<]+/g)).toEqual([link]);
    expect(html).not.toMatch(/<img|<script|<form|<link|answer=|approve/i);
  });

  it('keeps the secret out of the subject', () => {
    expect(mailOf().subject).not.toContain(secret);
  });

  it.each(['a\r\nBcc: eve@example.com', 'a\nSubject: other', 'a\u2028b\u0085c', '\u202eevil'])(
    'can not be given headers or lines of its own by %j',
    (text) => {
      const asked = { role: text, cluster: text, reason: text, ticket: text, namespaces: [text] };
      const { subject, text: body } = mailOf({ asked });
      expect(subject).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(body.split('\n').filter((line) => /^(Bcc|Subject):/.test(line))).toEqual([]);
      expect(body.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    },
  );

  it('shows markup in what people wrote as text', () => {
    const reason = `<a href="https://evil.example">click</a><img src=x onerror="alert(1)"> & 'more'`;
    const { html } = mailOf({ asked: { reason, ticket: '</td><script>1</script>' } });
    expect(html).not.toMatch(/<img|<script|<a href="https:\/\/evil/);
    expect(html).toContain('&lt;a href=&quot;https://evil.example&quot;&gt;');
  });

  it('keeps the subject short however long the names are', () => {
    expect(mailOf({ asked: { cluster: 'x'.repeat(400) } }).subject.length).toBeLessThanOrEqual(150);
  });

  it.each(['a@x.com, b@x.com', 'a@x.com\r\nBcc: b@x.com', 'Rita <rita@example.com>', 'rita', '@', 'a@b;c@d'])(
    'is not made for %j, which is not one address',
    (reviewer) => {
      expect(() => mailOf({}, reviewer)).toThrow(InvalidInput);
    },
  );

  it('says first when a whole role, not a person, gets access', () => {
    const { text, html } = mailOf({ caller: aCaller('ci') });
    for (const body of [text, html]) {
      expect(body).toContain('everyone who can use the IAM role ci-deployer');
      expect(body).toContain('Think of this first');
    }
  });

  it('says what the role can lead to, with the reason for which the catalog accepts it', () => {
    const { text, html } = mailOf({ asked: { role: 'deployer' } });
    for (const body of [text, html]) {
      expect(body).toContain('This role can change what deployments, stateful sets or replica sets run.');
      expect(body).toContain('Accepted in the catalog: Rolling out is changing what runs.');
      expect(body).toContain('Can read and change deployments, in payments.');
    }
  });

  it('tells of a task what it gives, and nothing of what else its role could', () => {
    const asked = { role: 'deployer', allow: ['get deployments', 'patch deployment/web'] };
    const { text, html } = mailOf({ asked });
    for (const body of [text, html]) {
      expect(body).toContain('A role made for this request alone, within role deployer,');
      expect(body).toContain('Read deployments (get)');
      expect(body).toContain('Change deployments (patch), only those named web');
      expect(body).not.toContain('get, list, patch');
      expect(body).toContain('asks for part of deployer');
    }
    const reading = mailOf({ asked: { ...asked, allow: ['get deployments'] } });
    expect(reading.text).not.toContain('can change what deployments');
  });

  it('says so when the catalog accepts it no longer', () => {
    const catalog = aCatalog(({ roles }) => Object.assign(roles.deployer ?? {}, { accepts: [] }));
    const { text } = createMessages({ publicUrl: 'https://curfew.example.com', catalog }).reviewMail(
      aRequest({ asked: { role: 'deployer' } }),
      'rita@example.com',
      'secret',
    );
    expect(text).toContain('The catalog does not accept it.');
  });

  it('says how risky it is and why, what made it stricter, and where it can be approved', () => {
    const risk = {
      score: 25,
      factors: [{ name: 'production', points: 25, why: 'it is production' } as const],
    };
    const decision: Decision = {
      ...aDecision(),
      assurance: 'signed',
      reasons: ['The freeze is near.'],
      risk,
    };
    const { text, html } = mailOf({ id: '01KAJ', changes: { decision } });
    for (const body of [text, html]) {
      expect(body).toContain('The freeze is near.');
      expect(body).toMatch(/25 of 100(<br>|\n {2})\+25: it is production/);
      expect(body).toContain('where you are signed in to AWS, run curfew approve 01KAJ.');
    }
    expect(mailOf().text).not.toContain('curfew approve');
  });

  it('says first that it is asked again, and why', () => {
    const before = aRequest({ status: 'approved' });
    const anew = { ...before, reviewers: [...before.reviewers], reason: 'role "pod-reader" changed' };
    const { request } = askAgain(before, anew, '2026-11-21T08:05:00.000Z', 'curfew:OpenGrant');
    const { text } = messages.reviewMail(request, 'rita@example.com', secret);
    expect(text).toContain('It is asked again, and earlier answers don\'t count: role "pod-reader" changed.');
    expect(text).toContain('Approvals so far: 0 of 1');
  });

  it('says nothing to think of when there is nothing', () => {
    expect(mailOf().text).not.toContain('Think of this first');
  });
});
