/** What a ticket asks for: by the catalog, and never more than that. */
import { describe, expect, it } from 'vitest';
import { submissionOf } from '#domain/asks/wish.ts';
import type { Way } from '#domain/webhooks/said.ts';
import { someAsks } from '../../builders/asking.ts';

const of = (way: Way, more: { summary?: string } = {}, asks = someAsks()) =>
  submissionOf({ ticket: 'PAY-17', way, ...more }, asks);
const comment = (text: string) => of({ comment: text });

describe('a command', () => {
  it('is a submission like that of anybody, with what the catalog says where it says nothing', () => {
    expect(
      of({ comment: '/curfew role=pod-reader ns=payments' }, { summary: ' Checkout\u202e is\nslow ' }),
    ).toEqual({
      role: 'pod-reader',
      namespaces: ['payments'],
      cluster: 'payments-prod',
      duration: 1800,
      ticket: 'PAY-17',
      reason: 'PAY-17: Checkout is slow',
    });
  });

  it('has its own reason, and one without a title has the ticket', () => {
    expect(comment('/curfew role=pod-reader ns=payments reason="orders are stuck"')).toMatchObject({
      reason: 'orders are stuck',
    });
    expect(comment('/curfew role=pod-reader ns=payments')).toMatchObject({ reason: 'Asked for in PAY-17' });
  });

  it('has as much of a long title as fits (N45)', () => {
    const asked = of({ comment: '/curfew role=pod-reader ns=payments' }, { summary: '😀'.repeat(1000) });
    expect(asked).toMatchObject({ reason: `PAY-17: ${'😀'.repeat(200)}` });
  });

  it.each<[string, string, RegExp]>([
    ['without a role', '/curfew ns=payments', /isn't said what role is/],
    ['without a namespace', '/curfew role=pod-reader', /isn't said what ns is/],
    [
      'of a role that tickets can not ask for',
      '/curfew role=event-reader ns=payments',
      /none that can be asked for/,
    ],
    ['of a role that there is none of', '/curfew role=toString ns=payments', /none that can be asked for/],
    ['with a namespace that is none', '/curfew role=pod-reader ns=Payments', /ns: Use lower-case/],
    ['with an empty namespace', '/curfew role=pod-reader ns=payments,,web', /ns: Use lower-case/],
    ['with a duration that is none', '/curfew role=pod-reader ns=payments for=soon', /for: Write a duration/],
    [
      'with a start without a zone',
      '/curfew role=pod-reader ns=payments at=2026-11-21T14:00',
      /at: Write an instant/,
    ],
    ['with a star', '/curfew role=pod-reader ns=payments allow="get *"', /allow: .*has a star/],
  ])('%s is a fault, in words', (_, text, words) => {
    expect(comment(text)).toEqual({ fault: expect.stringMatching(words) });
  });

  it('asks for nothing where the catalog has no commands', () => {
    const asks = { ...someAsks(), command: false };
    expect(of({ comment: '/curfew role=pod-reader ns=payments' }, {}, asks)).toBeUndefined();
  });
});

describe('a label', () => {
  it('asks for what the catalog says, and nothing in the ticket', () => {
    expect(of({ labels: ['urgent', 'curfew-look'] }, { summary: '/curfew role=deployer' })).toMatchObject({
      role: 'pod-reader',
      namespaces: ['payments'],
      duration: 1200,
      reason: 'PAY-17: /curfew role=deployer',
    });
  });

  it('that nobody listed asks for nothing, and two at once are a guess', () => {
    expect(of({ labels: ['urgent', 'constructor'] })).toBeUndefined();
    expect(of({ labels: ['curfew-look', 'curfew-roll'] })).toEqual({
      fault: expect.stringMatching(/Several labels/),
    });
  });
});

describe('fields', () => {
  it('are asked for as they stand', () => {
    expect(
      of({
        fields: {
          role: 'deployer',
          namespaces: 'payments, checkout',
          duration: '1h',
          cluster: 'payments-test',
        },
      }),
    ).toMatchObject({
      role: 'deployer',
      namespaces: ['payments', 'checkout'],
      duration: 3600,
      cluster: 'payments-test',
    });
  });

  it('that are not filled in are a fault', () => {
    expect(of({ fields: { role: 'deployer' } })).toEqual({ fault: "It isn't said what ns is to be." });
    expect(of({ fields: { role: 'deployer', namespaces: ' , ' } })).toEqual({
      fault: expect.stringMatching(/^ns: /),
    });
  });
});
