/** Namespaces by name and by pattern: a star stands for any letters, and never for what is protected. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isFor, isPattern, isProtected, isSelector, mayBeFor, namespacesOn } from '#domain/namespaces.ts';

const role = (...namespaces: string[]) => ({ namespaces });

describe('A role is for, as a whole name and never by a part of it (N44)', () => {
  test.each([
    ['payments', 'payments', true],
    ['payments', 'payments-2', false],
    ['team-*', 'team-a', true],
    ['team-*', 'team-', true],
    ['team-*', 'teams', false],
    ['*-prod', 'shop-prod', true],
    ['*-prod', 'shop-prod-2', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a*b*c', 'a-b-c', true],
    ['a*b*c', 'a-c-b', false],
    ['a*bc*c', 'abc', false],
    ['t.*', 'team', false],
  ])('%s: %s? %s', (listed, namespace, is) => {
    expect(isFor(role(listed), namespace)).toBe(is);
    expect(isFor(role('other', listed), namespace)).toBe(is);
  });

  test('what the pattern matches as a whole, whatever the pattern', () => {
    const letters = fc.constantFrom('a', 'b', '-');
    const text = fc.array(letters, { maxLength: 8 }).map((list) => list.join(''));
    const pattern = fc
      .array(fc.oneof(letters, fc.constant('*')), { maxLength: 8 })
      .map((list) => list.join(''));
    fc.assert(
      fc.property(pattern, text, (listed, namespace) => {
        const wanted = new RegExp(`^${listed.replaceAll('*', '.*')}$`).test(namespace);
        expect(isFor(role(listed), namespace)).toBe(wanted);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('By labels', () => {
  const labels = { team: 'payments', tier: 'web' };

  test.each([
    ['team=payments', true],
    ['team=payments,tier=web', true],
    ['team=payments,tier=db', false],
    ['team=pay', false],
    ['Team=payments', false],
    ['other=payments', false],
    // Of every object's prototype, and so of no namespace.
    ['constructor=payments', false],
  ])('a role is for what carries all of them, each with its value: %s? %s', (selector, is) => {
    expect(isSelector(selector)).toBe(true);
    expect(isFor(role(selector), 'shop', labels)).toBe(is);
    expect(isFor(role('other', selector), 'shop', labels)).toBe(is);
  });

  test('nothing is known to whoever has not seen the cluster; it may be all the same', () => {
    expect(isFor(role('team=payments'), 'shop')).toBe(false);
    expect(mayBeFor(role('team=payments'), 'shop')).toBe(true);
    expect(mayBeFor(role('team-*'), 'shop')).toBe(false);
  });

  test('no name of a namespace is taken for one', () => {
    expect(isFor(role('team=payments'), 'team=payments', {})).toBe(false);
  });
});

describe('On a cluster', () => {
  const cluster = { protectedNamespaces: ['vault', 'team-vault'] };

  test('patterns stand for what exists, names for themselves, protected namespaces for nothing', () => {
    const names = ['team-b', 'team-a', 'team-vault', 'kube-system', 'curfew-system', 'shop'];
    const existing = names.map((name) => ({ name, labels: {} }));
    expect(namespacesOn(role('team-*', '*-system', 'payments', 'vault'), cluster, existing)).toEqual([
      'payments',
      'team-a',
      'team-b',
    ]);
    expect(namespacesOn(role('team-*'), cluster, [])).toEqual([]);
  });

  test('labels choose of what exists, and never what is protected', () => {
    const labels = { team: 'payments' };
    const existing = ['vault', 'kube-system', 'shop'].map((name) => ({ name, labels }));
    expect(namespacesOn(role('team=payments'), cluster, existing)).toEqual(['shop']);
    expect(namespacesOn(role('team=other'), cluster, existing)).toEqual([]);
  });

  test.each(['kube-system', 'kube-anything', 'curfew-system', 'vault'])('%s is protected', (namespace) => {
    expect(isProtected(cluster, namespace)).toBe(true);
  });

  test('nothing else is, and without a known cluster only what is on every one', () => {
    expect(isProtected(cluster, 'payments')).toBe(false);
    expect(isProtected(undefined, 'vault')).toBe(false);
    expect(isProtected(undefined, 'kube-system')).toBe(true);
  });

  test('only what has a star is a pattern', () => {
    expect(['team-*', 'team'].map(isPattern)).toEqual([true, false]);
  });
});
