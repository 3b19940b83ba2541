/** The example of the documentation: it is a catalog, and it decides as docs/catalog.md says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCatalog } from '#domain/catalog-file.ts';
import { decide } from '#domain/policy/decide.ts';
import type { Asked } from '#domain/request.ts';
import { aPast } from '../builders/question.ts';

const catalog = readCatalog(readFileSync(new URL('../../docs/example/curfew.yaml', import.meta.url), 'utf8'));

/** A Thursday noon in Berlin. */
const noon = '2026-11-19T11:00:00.000Z';
const saturdayNight = '2026-11-21T23:00:00.000Z';

const usual: Asked = {
  cluster: 'shop-prod',
  namespaces: ['payments'],
  role: 'look-at-payments',
  durationSeconds: 1800,
  reason: 'x',
  ticket: 'INC-1',
};
const dana = { person: 'dana@example.com', sessionName: 'dana@example.com' };
const before = (asked: Partial<Asked>) =>
  aPast({ status: 'revoked', createdAt: '2026-11-10T11:00:00.000Z', asked });

function decided(
  asked: Partial<Asked> = {},
  now = noon,
  requester: { person?: string; sessionName: string } = dana,
) {
  const full = { ...usual, ...asked };
  const past = [before(full)];
  const { rules = [] } = catalog.roles[full.role] ?? {};
  return decide({ catalog, asked: full, requester, now, past, organisation: [], rules });
}

const staging = { cluster: 'shop-staging', role: 'look-around', namespaces: ['checkout'] };
const deploying = { role: 'deploy-checkout', namespaces: ['checkout'] };
const warehouse = { cluster: 'data-prod', role: 'maintain-warehouse', namespaces: ['warehouse'] };

describe('in the example of docs/catalog.md', () => {
  it('looking around in staging is granted at once, by the rule named after the role', () => {
    expect(decided(staging)).toMatchObject({ outcome: 'approve', matched: ['role:look-around'] });
  });
  it('production takes a ticket in the right form, and signed reviews', () => {
    expect(decided()).toMatchObject({ outcome: 'review', assurance: 'signed', reviewsNeeded: 1 });
    expect(decided({ ticket: 'see chat' }).matched).toEqual(['ticket']);
    const { ticket: _, ...without } = usual;
    expect(
      decide({ catalog, asked: without, requester: dana, now: noon, past: [], organisation: [], rules: [] })
        .matched,
    ).toEqual(['environment:production']);
  });
  it('the checkout takes one of each team, who are two people', () => {
    expect(decided(deploying).reviews[0]?.needs).toEqual([
      { count: 1, from: ['checkout-leads'] },
      { count: 1, from: ['payments-leads'] },
    ]);
    expect(decided(deploying).reviewsNeeded).toBe(2);
  });
  it('a Saturday night takes one of security besides, since the risk has risen', () => {
    const { risk, reviews } = decided(deploying, saturdayNight);
    expect(risk.score).toBe(45);
    expect(reviews.map(({ rule }) => rule)).toEqual(['role:deploy-checkout', 'risk']);
  });
  it('the warehouse is open in its hours only, and no longer than they last', () => {
    expect(decided(warehouse).outcome).toBe('review');
    expect(decided(warehouse, saturdayNight).matched).toEqual(['hours']);
    expect(
      decided({ ...warehouse, durationSeconds: 4 * 3600 }, '2026-11-19T15:00:00.000Z').reasons.join(),
    ).toContain('at most 1h');
  });
  it('a pipeline gets what is made for pipelines, for half an hour', () => {
    const pipeline = { sessionName: 'build-42' };
    expect(decided(staging, noon, pipeline).outcome).toBe('approve');
    expect(decided({ ...staging, durationSeconds: 1801 }, noon, pipeline).matched).toEqual(['workloads']);
    expect(decided({}, noon, pipeline).matched).toEqual(['workloads']);
  });
  it('on a Saturday night a shell is for emergencies, whatever the risk and without a ticket', () => {
    const shell = { role: 'shell-in-payments', durationSeconds: 1800, reason: 'INC-7: payments fail' };
    const asked = { ...usual, ...shell, breakGlass: true as const };
    const { ticket: _, ...untold } = asked;
    const now = saturdayNight;
    const question = { catalog, asked: untold, requester: dana, now, past: [], organisation: [], rules: [] };
    expect(decide(question)).toMatchObject({
      outcome: 'approve',
      matched: expect.arrayContaining(['break-glass']),
    });
    expect(decide({ ...question, asked: { ...untold, durationSeconds: 1801 } }).outcome).toBe('refuse');
    expect(decided(shell, saturdayNight).outcome).not.toBe('approve');
  });
  it('nobody has a shell and a secret at a time', () => {
    const asked = { ...usual, role: 'rotate-gateway-key' };
    const past = [aPast({ status: 'active', asked: { ...usual, role: 'shell-in-payments' } })];
    expect(
      decide({ catalog, asked, requester: dana, now: noon, past, organisation: [], rules: [] }).matched,
    ).toContain('duties');
  });
  it('Sam is one person under both names', () => {
    const key = { role: 'rotate-gateway-key' };
    const sam = { person: 'sam@example.com', sessionName: 'ssmith@corp.example.com' };
    expect(decided(key).outcome).toBe('review');
    expect(decided(key, noon, sam).outcome).toBe('review');
    const alone = structuredClone(catalog);
    alone.reviewers.security = { members: ['sam@example.com'] };
    const asked = { ...usual, ...key };
    expect(
      decide({ catalog: alone, asked, requester: sam, now: noon, past: [], organisation: [], rules: [] })
        .matched,
    ).toContain('reviewers');
  });
});
