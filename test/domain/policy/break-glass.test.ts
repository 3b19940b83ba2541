/** Break-glass: what it sets aside, what it never does, and whom it is refused. Each with its counterpart. */
import { describe, expect, it } from 'vitest';
import type { Catalog } from '#domain/catalog.ts';
import { breakGlassSchema } from '#domain/catalog-break-glass.ts';
import { environmentSchema, riskSchema } from '#domain/catalog-rules.ts';
import type { Asked } from '#domain/request.ts';
import { aPast, decided, role, type Wanted } from '../../builders/question.ts';

const allowed = (catalog: Catalog) => {
  const found = catalog.roles['pod-reader'];
  if (!found) throw new Error('The sample catalog has no pod-reader.');
  found.breakGlass = breakGlassSchema.parse({
    maxDuration: '1h',
    notify: ['oncall@example.com'],
    afterReview: { from: ['payments-leads'] },
  });
};
const and = (change: (catalog: Catalog) => void) => (catalog: Catalog) => {
  allowed(catalog);
  change(catalog);
};

const glass = ({ asked, catalog = allowed, ...more }: Wanted = {}) =>
  decided({
    asked: { reason: 'Payments are down since 07:55', breakGlass: true, ...asked } as Partial<Asked>,
    catalog,
    ...more,
  });

const environment = (rules: object) => (catalog: Catalog) => {
  catalog.environments = { prod: environmentSchema.parse(rules) };
  Object.assign(catalog.clusters['payments-prod'] ?? {}, { environment: 'prod' });
};
const never = { timeZone: 'UTC', days: ['mon'], from: '06:00', to: '07:00' } as const;
const two = [{ count: 2, from: ['payments-leads'] }];

describe('break-glass', () => {
  it('grants at once, by a rule that is named with what it set aside', () => {
    expect(glass()).toMatchObject({
      outcome: 'approve',
      reviews: [],
      reviewsNeeded: 0,
      matched: ['break-glass'],
      waived: ['role:pod-reader'],
      capSeconds: 3600,
    });
  });

  it('is nothing that anybody gets without asking for it', () => {
    expect(decided({ catalog: allowed })).toMatchObject({ outcome: 'review', matched: ['role:pod-reader'] });
    expect(decided({ catalog: allowed }).waived).toBeUndefined();
  });

  it.each<[string, Wanted, string]>([
    [
      'reviews of the role',
      { catalog: and(role((r) => Object.assign(r, { reviews: two }))) },
      'role:pod-reader',
    ],
    [
      'reviews of the environment',
      { catalog: and(environment({ reviews: { required: 2, from: ['payments-leads'] } })) },
      'environment:prod',
    ],
    [
      'reviews of a risk',
      {
        catalog: and((c) =>
          Object.assign(c, {
            risk: riskSchema.parse({
              thresholds: [{ from: 1, reviews: { required: 2, from: ['payments-leads'] } }],
            }),
          }),
        ),
      },
      'risk',
    ],
    [
      'the ticket of the role',
      { catalog: and(role((r) => Object.assign(r, { ticketRequired: true }))), asked: { ticket: undefined } },
      'ticket',
    ],
    [
      'the ticket of the environment',
      { catalog: and(environment({ ticketRequired: true })), asked: { ticket: undefined } },
      'environment:prod',
    ],
    ['the hours of the role', { catalog: and(role((r) => Object.assign(r, { hours: never }))) }, 'hours'],
    ['the hours of the environment', { catalog: and(environment({ hours: never })) }, 'environment:prod'],
    [
      'reviews that nobody could give',
      { catalog: and(role((r) => Object.assign(r, { reviews: [{ count: 5, from: ['payments-leads'] }] }))) },
      'role:pod-reader',
    ],
  ])('sets aside %s', (_, wanted, waived) => {
    expect(glass(wanted)).toMatchObject({ outcome: 'approve', waived: expect.arrayContaining([waived]) });
    const without = { ...wanted, asked: { ...wanted.asked, breakGlass: undefined } } as Wanted;
    expect(glass(without).outcome).not.toBe('approve');
  });

  it.each<[string, Wanted, RegExp]>([
    ['scope: namespaces', { asked: { namespaces: ['elsewhere'] } }, /not for namespace/],
    ['scope: protected namespaces', { asked: { namespaces: ['kube-system'] } }, /protected/],
    [
      'scope: clusters',
      { catalog: and(role((r) => Object.assign(r, { clusters: ['other'] }))) },
      /not for cluster/,
    ],
    [
      'the kill switch',
      { killSwitch: { id: 'k', scope: { kind: 'everything' }, reason: 'breach' } },
      /kill switch/,
    ],
    [
      'separation of duties',
      {
        catalog: and((c) => Object.assign(c.roles.deployer ?? {}, { duty: 'auditing' })),
        past: [aPast({ status: 'active', asked: { role: 'deployer' } })],
      },
      /nobody holds that together/,
    ],
    [
      'concurrency',
      { catalog: and((c) => Object.assign(c.limits, { concurrent: 1 })), past: [aPast()] },
      /not over/,
    ],
    [
      'rate',
      { catalog: and((c) => Object.assign(c.limits, { perHour: 1 })), past: [aPast({ status: 'denied' })] },
      /within an hour/,
    ],
    [
      "the organisation's refusal",
      { organisation: [{ rule: 'organisation', refuse: 'Not during the freeze.' }] },
      /freeze/,
    ],
    ['a cap of the environment', { catalog: and(environment({ maxDuration: '10m' })) }, /at most 10m/],
    [
      'a refusal of a risk',
      {
        catalog: and((c) =>
          Object.assign(c, { risk: riskSchema.parse({ thresholds: [{ from: 1, refuse: true }] }) }),
        ),
      },
      /Too risky/,
    ],
    [
      'a ticket that is none',
      { catalog: and((c) => Object.assign(c.tickets, { format: '[A-Z]{9}' })) },
      /is not a ticket/,
    ],
  ])('never sets aside %s', (_, wanted, reason) => {
    const { outcome, reasons } = glass(wanted);
    expect(outcome).toBe('refuse');
    expect(reasons.join(' ')).toMatch(reason);
  });

  it("still waits for the reviews that the organisation's policy asks for, and for no others", () => {
    const reviews = [{ count: 1, from: ['payments-leads'] }];
    expect(glass({ organisation: [{ rule: 'organisation', reviews }] })).toMatchObject({
      outcome: 'review',
      reviews: [{ rule: 'organisation', needs: reviews }],
      waived: ['role:pod-reader'],
    });
  });

  const open = (answerBy: string, answer?: object) => ({
    ...aPast({ status: 'revoked' }),
    afterReview: {
      from: ['payments-leads'],
      openedAt: '2026-11-20T08:00:00.000Z',
      answerBy,
      reminders: 0,
      ...answer,
    },
  });
  const by = (reviewer: string) => ({
    answer: { reviewer, verdict: 'accept' as const, reason: 'x', at: '2026-11-20T09:00:00.000Z', digest: '' },
  });

  it.each<[string, Wanted, RegExp, Wanted]>([
    ['a role that does not allow it', { catalog: () => {} }, /On payments-prod these can: deployer/, {}],
    [
      'a workload',
      { requester: { sessionName: 'build-42' } },
      /is for people/,
      { requester: { person: 'bob@example.com' } },
    ],
    [
      'a reason that says nothing',
      { asked: { reason: 'it is bad' } },
      /what has happened/,
      { asked: { reason: 'it is down' } },
    ],
    ['a start ahead', { asked: { startsAt: '2026-11-21T09:00:00.000Z' } }, /starts at once/, {}],
    [
      'longer than its own cap',
      { asked: { durationSeconds: 3601 } },
      /at most 1h: no longer by break-glass/,
      { asked: { durationSeconds: 3600 } },
    ],
    [
      'somebody whom nobody else could review',
      {
        requester: { person: 'rita@example.com' },
        catalog: and((c) =>
          Object.assign(c.reviewers, {
            'payments-leads': { members: ['rita@example.com', 'rita+2@example.com'] },
          }),
        ),
      },
      /Nobody but you/,
      { requester: { person: 'rita@example.com' } },
    ],
    [
      'somebody whose earlier one is overdue',
      { past: [open('2026-11-21T08:00:00.000Z')] },
      /not been reviewed in time/,
      { past: [open('2026-11-21T08:00:00.001Z')] },
    ],
    [
      'somebody whose earlier one is overdue, until it is answered',
      { past: [open('2026-11-21T07:00:00.000Z')] },
      /not been reviewed in time/,
      { past: [open('2026-11-21T07:00:00.000Z', by('rob@example.com'))] },
    ],
  ])('is refused for %s', (_, refused, reason, passed) => {
    const decision = glass(refused);
    expect(decision).toMatchObject({ outcome: 'refuse', matched: expect.arrayContaining(['break-glass']) });
    expect(decision.reasons.join(' ')).toMatch(reason);
    expect(glass(passed).outcome).toBe('approve');
  });

  it('leaves the ordinary way open to somebody whose earlier one is overdue', () => {
    expect(decided({ catalog: allowed, past: [open('2026-11-21T07:00:00.000Z')] }).outcome).toBe('review');
  });
});
