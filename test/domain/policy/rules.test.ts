/** Guardrails over what somebody has, had and where they are: each with what passes it and what it refuses. */
import { describe, expect, it } from 'vitest';
import { type Catalog, eligibleReviewers } from '#domain/catalog.ts';
import { environmentSchema } from '#domain/catalog-rules.ts';
import { needsOf } from '#domain/policy/approvals.ts';
import { aCatalog } from '../../builders/catalog.ts';
import { aPast, decided, role, type Wanted } from '../../builders/question.ts';

const environment = (rules: object) => (catalog: Catalog) => {
  catalog.environments = { prod: environmentSchema.parse(rules) };
  const cluster = catalog.clusters['payments-prod'];
  if (cluster) cluster.environment = 'prod';
};
const mornings = { timeZone: 'UTC', days: ['sat'], from: '06:00', to: '09:00' } as const;
const limits = (change: Partial<Catalog['limits']>) => (catalog: Catalog) => {
  catalog.limits = { ...catalog.limits, ...change };
};
const audit = (catalog: Catalog) => {
  const deployer = catalog.roles.deployer;
  if (deployer) deployer.duty = 'auditing';
};
const asked = (namespace: string) => ({ role: 'deployer', namespaces: [namespace] });
const killSwitch = { id: 'k', scope: { kind: 'everything' }, reason: 'breach' } as const;
const minutesAgo = (minutes: number) =>
  aPast({
    status: 'revoked',
    createdAt: new Date(Date.parse('2026-11-21T08:00:00.000Z') - minutes * 60_000).toISOString(),
  });

/** Rule, what it refuses and why, and what is just inside of it. */
describe.each<[string, Wanted, RegExp, Wanted]>([
  ['kill-switch', { killSwitch }, /everything is on: breach/, {}],
  [
    'environment:prod',
    { catalog: environment({ ticketRequired: true }), asked: { ticket: undefined } },
    /needs a ticket/,
    { catalog: environment({ ticketRequired: true }) },
  ],
  [
    'environment:prod',
    { catalog: environment({ maxDuration: '1799s' }) },
    /at most 29m59s: no longer in prod/,
    { catalog: environment({ maxDuration: '30m' }) },
  ],
  [
    'environment:prod',
    { catalog: environment({ hours: { ...mornings, to: '08:29' } }) },
    /sat from 06:00 to 08:29 .* at most 29m/,
    { catalog: environment({ hours: { ...mornings, to: '08:30' } }) },
  ],
  [
    'hours',
    { catalog: role((r) => Object.assign(r, { hours: { ...mornings, days: ['sun'] } })) },
    /Ask for a start at such a time/,
    { catalog: role((r) => Object.assign(r, { hours: mornings })) },
  ],
  [
    'ticket',
    { catalog: (c) => Object.assign(c.tickets, { format: '[A-Z]+-[0-9]+' }), asked: { ticket: 'xINC-1' } },
    /looks like/,
    { catalog: (c) => Object.assign(c.tickets, { format: '[A-Z]+-[0-9]+' }) },
  ],
  [
    'workloads',
    { requester: {}, catalog: role((r) => Object.assign(r, { workloads: false })) },
    /is for people/,
    { requester: {} },
  ],
  [
    'workloads',
    { requester: {}, asked: { durationSeconds: 3601 } },
    /at most 1h/,
    { asked: { durationSeconds: 3601 } },
  ],
  [
    'duties',
    { catalog: audit, past: [aPast({ status: 'active', asked: asked('payments') })] },
    /You have deployer \(auditing.*together with pod-reader \(debugging\)/,
    { catalog: audit, past: [aPast({ status: 'revoked', asked: asked('payments') })] },
  ],
  [
    'concurrency',
    { catalog: limits({ concurrent: 2 }), past: [aPast(), aPast({ status: 'active' })] },
    /2 requests that are not over/,
    { catalog: limits({ concurrent: 2 }), past: [aPast(), aPast({ status: 'denied' })] },
  ],
  [
    'rate',
    { catalog: limits({ perHour: 2 }), past: [minutesAgo(1), minutesAgo(59)] },
    /2 times within an hour.* after 2026-11-21T08:01:00.000Z/,
    { catalog: limits({ perHour: 2 }), past: [minutesAgo(1), minutesAgo(60)] },
  ],
  [
    'organisation',
    { organisation: [{ rule: 'organisation', refuse: 'not during the freeze' }] },
    /freeze/,
    { organisation: [{ rule: 'organisation', assurance: 'signed' }] },
  ],
])('guardrail %s', (rule, outside, reason, inside) => {
  it(`refuses with ${reason}`, () => {
    const { outcome, matched, reasons } = decided(outside);
    expect({ outcome, matched }).toEqual({ outcome: 'refuse', matched: [rule] });
    expect(reasons.join(' ')).toMatch(reason);
  });
  it('lets through what is just inside', () => expect(decided(inside).outcome).toBe('review'));
});

describe('an environment', () => {
  it('adds its reviews to those of a role, and asks for surer ones', () => {
    const reviews = [{ required: 2, from: ['payments-leads'] }];
    const decision = decided({ catalog: environment({ reviews, assurance: 'signed' }) });
    expect(decision).toMatchObject({ outcome: 'review', reviewsNeeded: 2, assurance: 'signed' });
    expect(decision.matched).toEqual(['role:pod-reader', 'environment:prod']);
  });
  it('gives the reviewers of one cluster no say over another, in whatever order they are judged (N08)', () => {
    const reviews = [{ required: 1, from: ['security'] }];
    const change = (catalog: Catalog) => {
      catalog.reviewers = { ...catalog.reviewers, security: { members: ['sam@example.com'] } };
      environment({ reviews })(catalog);
    };
    const alice = { person: 'alice@example.com', sessionName: 'alice@example.com' };
    const reviewersOn = (cluster: string) =>
      eligibleReviewers(aCatalog(change), needsOf(decided({ catalog: change, asked: { cluster } })), alice);
    const prod = ['rita@example.com', 'rob@example.com', 'sam@example.com'];
    const test = ['rita@example.com', 'rob@example.com'];
    for (const cluster of ['payments-prod', 'payments-test', 'payments-test', 'payments-prod'])
      expect(reviewersOn(cluster).toSorted()).toEqual(cluster === 'payments-prod' ? prod : test);
  });
  it('holds on its own clusters only', () => {
    const catalog = environment({ maxDuration: '1m' });
    expect(decided({ catalog, asked: { cluster: 'payments-test' } }).outcome).toBe('review');
  });
});

describe('an extension', () => {
  it('is not one more beside what it extends', () => {
    const held = aPast({ status: 'active' });
    const one = { catalog: limits({ concurrent: 1 }), past: [held] };
    expect(decided(one).outcome).toBe('refuse');
    expect(decided({ ...one, asked: { extends: held.id } }).outcome).toBe('review');
  });
});
