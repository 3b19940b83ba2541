import { describe, expect, it } from 'vitest';
import { isExpected, usageSchema } from '#domain/catalog-usage.ts';
import { actOf } from '#domain/usage/act.ts';
import { type Circumstances, flagsOf } from '#domain/usage/rules.ts';
import { joinUsage, noUsage, type Usage, usageOfAct } from '#domain/usage/usage.ts';
import { alice, line, type Sample } from './lines.ts';

const of = (name: Sample, changes: Record<string, unknown> = {}) =>
  usageOfAct(actOf(line(name, changes), 'authorizer'));
const join = (parts: readonly Usage[]) => parts.reduce(joinUsage, noUsage);
const subject = { kind: 'User', name: alice } as const;

function found(
  usage: Usage,
  rules: Record<string, unknown> = {},
  of: Partial<Circumstances> = {},
): [rule: string, why: string][] {
  const settings = usageSchema.parse({ rules });
  return flagsOf(usage, settings.rules, { subject, ...of }).map(({ rule, why }) => [rule, why]);
}

const at = (seconds: number) =>
  `2026-11-21T09:${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}.000000Z`;
const from = (address: string, seconds: number) =>
  of('allowed-list', {
    auditID: `${address}-${seconds}`,
    sourceIPs: [address],
    requestReceivedTimestamp: at(seconds),
  });

describe('what is out of the usual', () => {
  it('is nothing in the ordinary use of a grant', () => {
    expect(found(join([of('allowed-list'), of('allowed-secret-get'), of('denied-secret-get')]))).toEqual([]);
  });

  it('is that a grant allowed something after its end, with a moment for what was on its way', () => {
    const usage = of('allowed-secret-get');
    expect(found(usage, {}, { endedAt: '2026-11-21T09:09:14.000Z' })).toEqual([]);
    expect(found(usage, {}, { endedAt: '2026-11-21T09:09:00.000Z' })).toEqual([
      [
        'use-after-end',
        'get secrets/db in payments was allowed by it, and it ended at 2026-11-21T09:09:00.000Z',
      ],
    ]);
    expect(found(of('denied-secret-get'), {}, { endedAt: '2026-11-21T09:09:00.000Z' })).toEqual([]);
  });

  it('is somebody else than whom it was given to', () => {
    const usage = of('allowed-list', { user: { username: 'curfew:1:Developer:mallory@example.com' } });
    expect(found(usage)[0]).toEqual([
      'stranger',
      'curfew:1:Developer:mallory@example.com used it: list pods in payments',
    ]);
    expect(found(usage, {}, { subject: { kind: 'Group', name: 'g' } })).toEqual([]);
  });

  it('is more refusals than the limit, within its time only', () => {
    const refused = (every: number) =>
      join(
        [0, 1, 2, 3].map((i) =>
          of('denied-secret-get', { auditID: `r-${i}`, requestReceivedTimestamp: at(i * every) }),
        ),
      );
    const rules = { refusals: { above: 3, within: '1m' } };
    expect(found(refused(10), rules)[0]?.[0]).toBe('refusals');
    expect(found(refused(30), rules)).toEqual([]);
    expect(found(refused(10), { refusals: { above: 4, within: '1m' } })).toEqual([]);
  });

  it('is one of the dangerous kinds of things, where it worked', () => {
    expect(found(of('impersonated-token-mint'))[0]?.[0]).toBe('dangerous');
    expect(found(of('impersonated-token-mint', { responseStatus: { code: 403 } }))).toEqual([]);
    expect(found(of('allowed-secret-get'), { dangerous: { resources: ['secrets'] } })[0]?.[0]).toBe(
      'dangerous',
    );
  });

  it('is a second network, and two of them in turns', () => {
    const rules = { 'two-places': { within: '2m' } };
    expect(found(join([from('10.0.0.1', 0), from('10.0.0.9', 10)]), rules)).toEqual([]);
    const moved = [from('10.0.0.1', 0), from('192.0.2.1', 30)];
    expect(found(join(moved), rules)).toEqual([['new-address', 'used from 192.0.2.0/24, after 10.0.0.0/24']]);
    expect(found(join([...moved, from('10.0.0.1', 60)]), rules)[1]).toEqual([
      'two-places',
      'used from 10.0.0.0/24 and 192.0.2.0/24 in turns within 120 s',
    ]);
    expect(found(join([...moved, from('10.0.0.1', 300)]), rules).map(([rule]) => rule)).toEqual([
      'new-address',
    ]);
  });

  it('is more than so many requests', () => {
    const usage = join([from('10.0.0.1', 0), from('10.0.0.1', 1), from('10.0.0.1', 2)]);
    expect(found(usage, { volume: { above: 2 } })).toEqual([['volume', '3 requests; the limit is 2']]);
    expect(found(usage, { volume: { above: 3 } })).toEqual([]);
  });

  it('is what the catalog says, and nothing that it ignores', () => {
    expect(found(of('impersonated-token-mint'), { dangerous: { action: 'ignore' } })).toEqual([]);
  });
});

describe('who may write RBAC without an alarm', () => {
  it('is named whole, or by the beginning', () => {
    const settings = { expected: ['terraform', 'system:serviceaccount:argocd:*'] };
    expect(isExpected(settings, 'terraform')).toBe(true);
    expect(isExpected(settings, 'system:serviceaccount:argocd:controller')).toBe(true);
    for (const other of ['terraform2', 'system:serviceaccount:argo', ''])
      expect(isExpected(settings, other)).toBe(false);
  });
});
