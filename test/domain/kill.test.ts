/** Kill switches as pure rules: what they cover, and when an order is proven done. */

import { describe, expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import { chainFault } from '#domain/audit-event.ts';
import { knownSubject } from '#domain/claim.ts';
import { InvalidInput } from '#domain/errors.ts';
import { givenScopeSchema, resolveScope } from '#domain/given-scope.ts';
import { callerOf, principalGroup } from '#domain/identity.ts';
import { after as plus } from '#domain/instant.ts';
import {
  type KillOrder,
  type KillPass,
  killStatus,
  lift,
  newOrder,
  passing,
  settledAt,
} from '#domain/kill-order.ts';
import { coversLive, coversRequest, coversStanding, type KillScope, scopeKey } from '#domain/kill-scope.ts';
import { liveGrantOf } from '#domain/live-grant.ts';
import { bindWindowMs } from '#domain/transitions/open.ts';
import { aCaller, nobodyKnown } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { aRequest } from '../builders/request.ts';

const at = '2026-11-21T09:00:00.000Z';
const scope = (given: unknown): KillScope => givenScopeSchema.parse(given);

describe('a scope', () => {
  const alice = aRequest({ status: 'active' });
  const { principalArn } = knownSubject(alice);
  const [, , , , account = '', path = ''] = principalArn.split(':');
  const roleName = path.slice(path.lastIndexOf('/') + 1);
  const ci = aRequest({ status: 'active', caller: aCaller('ci') });
  const on = { eksName: 'payments-prod', region: 'us-east-1' };

  it.each([
    ['everything', { kind: 'everything' }, true, true],
    ['her cluster', { kind: 'cluster', value: 'us-east-1/payments-prod' }, true, true],
    ['the same name in another region', { kind: 'cluster', value: 'eu-west-1/payments-prod' }, false, false],
    ['herself', { kind: 'person', value: 'alice@example.com' }, true, false],
    ['herself, spelled otherwise', { kind: 'person', value: ' ALICE@example.com ' }, true, false],
    ['somebody whose name begins alike', { kind: 'person', value: 'alice@example.co' }, false, false],
    ['a CI session by the name it chose', { kind: 'person', value: 'build-42' }, false, true],
    ['her role', { kind: 'principal', value: principalArn }, true, false],
    [
      'her role without its path',
      { kind: 'principal', value: `arn:aws:iam::${account}:role/${roleName}` },
      true,
      false,
    ],
    [
      'her role in other case',
      { kind: 'principal', value: `arn:aws:iam::${account}:role/${roleName.toUpperCase()}` },
      true,
      false,
    ],
    [
      'her role in another account',
      { kind: 'principal', value: `arn:aws:iam::999999999999:role/${roleName}` },
      false,
      false,
    ],
  ])('%s', (_, given, coversAlice, coversCi) => {
    for (const [request, covers] of [
      [alice, coversAlice],
      [ci, coversCi],
    ] as const) {
      expect(coversRequest(scope(given), request)).toBe(covers);
      const live = liveGrantOf(request);
      expect(live && coversLive(scope(given), live)).toBe(covers);
    }
  });

  it('of a person covers whoever calls themselves so, however they spell it', () => {
    const shouting = aRequest({
      status: 'active',
      caller: callerOf(memoryRoles.ci, 'ALICE@Example.com', nobodyKnown),
    });
    const live = liveGrantOf(shouting);
    const hers = scope({ kind: 'person', value: 'alice@example.com' });
    expect(coversRequest(hers, shouting)).toBe(true);
    expect(live && coversLive(hers, live)).toBe(true);
  });

  const user = (name: string) => ({ subjects: [{ kind: 'User', name }] });
  const hers = user(`curfew:${account}:${roleName}:Alice@Example.com`);
  const group = { subjects: [{ kind: 'Group', name: principalGroup(principalArn) }] };
  it.each<[string, unknown, { subjects: { kind: string; name: string }[] }, boolean]>([
    ['everything', { kind: 'everything' }, { subjects: [] }, true],
    ['the cluster', { kind: 'cluster', value: 'us-east-1/payments-prod' }, hers, true],
    ['another cluster', { kind: 'cluster', value: 'us-east-1/orders' }, hers, false],
    ['a person, in the case of the session', { kind: 'person', value: 'alice@example.com' }, hers, true],
    ['another person', { kind: 'person', value: 'bob@example.com' }, hers, false],
    [
      'a person added to others',
      { kind: 'person', value: 'alice@example.com' },
      { subjects: [...group.subjects, ...hers.subjects] },
      true,
    ],
    [
      'a username of another form',
      { kind: 'person', value: 'alice@example.com' },
      user('alice@example.com'),
      false,
    ],
    ['a group', { kind: 'person', value: 'alice@example.com' }, group, false],
    ['a role, by its users', { kind: 'principal', value: principalArn }, hers, true],
    ['a role, by its group', { kind: 'principal', value: principalArn }, group, true],
    ['another role', { kind: 'principal', value: `${principalArn}x` }, hers, false],
    ['another role, by group', { kind: 'principal', value: `${principalArn}x` }, group, false],
  ])('by what stands: %s', (_, given, standing, covers) => {
    expect(coversStanding(scope(given), standing, on)).toBe(covers);
  });

  it('is resolved from the catalog, and a cluster that it does not know is an error, not a switch', () => {
    const catalog = aCatalog((c) => {
      c.clusters.elsewhere = { eksName: 'Elsewhere_1', region: 'eu-west-1', protectedNamespaces: [] };
    });
    const known = { catalog, region: 'us-east-1' };
    const resolve = (value: string) => resolveScope(scope({ kind: 'cluster', value }), known);
    expect(resolve('payments-prod')).toEqual({ kind: 'cluster', value: 'us-east-1/payments-prod' });
    expect(resolve('elsewhere')).toEqual({ kind: 'cluster', value: 'eu-west-1/Elsewhere_1' });
    expect(resolve('eu-west-3/old')).toEqual({ kind: 'cluster', value: 'eu-west-3/old' });
    expect(() => resolve('paymentsprod')).toThrow(InvalidInput);
    expect(() => resolve('constructor')).toThrow(InvalidInput);
  });

  it.each([
    [{ kind: 'everything', value: 'x' }],
    [{ kind: 'person' }],
    [{ kind: 'person', value: 'a b' }],
    [{ kind: 'person', value: 'alice@example.com\u200b' }],
    [{ kind: 'principal', value: 'arn:aws:sts::111122223333:assumed-role/x/alice' }],
    [{ kind: 'principal', value: 'arn:aws:iam::111122223333:role/*' }],
    [{ kind: 'cluster', value: '../x' }],
    [{ kind: 'anyone', value: 'x' }],
  ])('%j is refused', (given) => {
    expect(givenScopeSchema.safeParse(given).success).toBe(false);
  });

  it('has a key of its own for each kind', () => {
    const values: KillScope[] = [
      { kind: 'everything' },
      { kind: 'person', value: 'x' },
      { kind: 'cluster', value: 'x' },
      { kind: 'principal', value: 'arn:aws:iam::1:role/x' },
    ];
    expect(new Set(values.map(scopeKey)).size).toBe(4);
  });
});

describe('an order', () => {
  const ordered = () =>
    newOrder({ id: '01KAJ000000000000000000001', scope: { kind: 'everything' }, by: 'pat', reason: 'x', at });

  /** Walks an order through passes, each [seconds after the order, seconds it takes, what it found]. */
  function walk(passes: [begun: number, took: number, more?: Partial<KillPass> | 'running'][]) {
    let { order, events } = ordered();
    const all = [...events];
    for (const [begun, took, more = {}] of passes) {
      const begunAt = plus(at, begun * 1000);
      const endedAt = plus(begunAt, took * 1000);
      const pass: KillPass =
        more === 'running'
          ? { begunAt, denied: 0, clusters: [] }
          : { begunAt, endedAt, denied: 0, clusters: [], ...more };
      const next = passing(order, pass, endedAt);
      if (!next) continue;
      ({ order, events } = next);
      all.push(...events);
    }
    expect(chainFault(all)).toBeUndefined();
    return { order, types: all.map(({ type }) => type) };
  }
  const found = (n: number, ended = n) => ({ clusters: [{ cluster: 'c', found: n, ended }] });
  const settled = bindWindowMs / 1000 + 5;

  it('is done when two passes in a row found nothing, both begun after anything opened before it could appear', () => {
    const { order, types } = walk([
      [1, 2, found(3)],
      [4, 1],
      [1 + settled, 1],
      [3 + settled, 1],
    ]);
    expect(settledAt(order)).toBe(plus(at, (1 + settled) * 1000));
    expect([killStatus(order), order.passed, order.ended]).toEqual(['killed', 4, 3]);
    expect(types).toEqual(['kill-ordered', 'kill-passed', 'kill-passed', 'kill-done']);
  });

  it.each<[string, Parameters<typeof walk>[0]]>([
    [
      'that it saw itself empty too early',
      [
        [1, 1],
        [3, 1],
        [settled, 0.5],
      ],
    ],
    [
      'after one empty pass',
      [
        [1, 1],
        [1 + settled, 1],
      ],
    ],
    [
      'where one found something',
      [
        [1, 1],
        [1 + settled, 1],
        [5 + settled, 1, found(1)],
      ],
    ],
    [
      'where one denied a request',
      [
        [1, 1],
        [1 + settled, 1],
        [5 + settled, 1, { denied: 1 }],
      ],
    ],
    [
      'where a cluster could not be looked at',
      [
        [1, 1],
        [1 + settled, 1],
        [5 + settled, 1, { clusters: [{ cluster: 'c', found: 0, ended: 0, problem: 'no answer' }] }],
      ],
    ],
    [
      'where the records could not be read',
      [
        [1, 1],
        [1 + settled, 1],
        [5 + settled, 1, { problem: 'x' }],
      ],
    ],
    [
      'by two passes at the same time',
      [
        [1, 1],
        [1 + settled, 9],
        [5 + settled, 1],
      ],
    ],
    [
      'while one still runs',
      [
        [1, 1],
        [1 + settled, 1],
        [5 + settled, 1, 'running'],
      ],
    ],
    [
      'by a pass and its repeat',
      [
        [1, 1],
        [1 + settled, 1],
        [1 + settled, 1],
      ],
    ],
  ])('is not done %s', (_, passes) => {
    expect(killStatus(walk(passes).order)).toBe('killing');
  });

  it('that can not be finished keeps few passes and no event for each', () => {
    const stuck = { clusters: [{ cluster: 'c', found: 1, ended: 0, problem: 'no answer' }] };
    const { order, types } = walk(Array.from({ length: 500 }, (_, n) => [n * 60, 1, stuck]));
    expect(order.passes).toHaveLength(5);
    expect(order.passed).toBe(500);
    expect(types).toEqual(['kill-ordered', 'kill-passed']);
  });

  it('is not passed any more once it is done or lifted, and is lifted once', () => {
    const { order } = walk([
      [1, 1],
      [1 + settled, 1],
      [5 + settled, 1],
    ]);
    const pass = { begunAt: plus(at, 9e5), endedAt: plus(at, 9e5), denied: 0, clusters: [] };
    expect(passing(order, pass, at)).toBeUndefined();
    const lifted = lift(order, { by: 'pat', reason: 'over' }, at)?.order as KillOrder;
    expect(killStatus(lifted)).toBe('lifted');
    expect(lift(lifted, { by: 'pat', reason: 'over' }, at)).toBeUndefined();
    const running = lift(ordered().order, { by: 'pat', reason: 'a mistake' }, at)?.order as KillOrder;
    expect(passing(running, pass, at)).toBeUndefined();
  });
});
