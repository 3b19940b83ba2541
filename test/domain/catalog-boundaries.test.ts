/** Roles that reach secrets or get inside of pods are roles of their own kind; each rule with what passes it. */
import { describe, expect, it } from 'vitest';
import type { CatalogRole } from '#domain/catalog.ts';
import { boundaryFaults } from '#domain/catalog-boundaries.ts';

type Judged = Parameters<typeof boundaryFaults>[0];

const reviews: CatalogRole['reviews'] = [{ count: 1, from: ['security'] }];
const rule = (resources: string[], verbs: string[], resourceNames?: string[]) => ({
  apiGroups: [''],
  resources,
  verbs,
  ...(resourceNames ? { resourceNames } : {}),
});
const pods = rule(['pods'], ['get', 'list']);
const told = (role: Partial<Judged>) =>
  boundaryFaults({ rules: [pods], duty: 'monitoring', reviews, ...role }).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

const secret = (verbs: string[], names?: string[]): Partial<Judged> => ({
  duty: 'secrets',
  rules: [rule(['secrets'], verbs, names)],
});

describe('the boundary of secrets', () => {
  it.each<[string, Partial<Judged>]>([
    ['exact names, read', secret(['get'], ['db'])],
    ['exact names, listed and watched one by one', secret(['get', 'list', 'watch'], ['db', 'mail'])],
    ['exact names, changed', secret(['get', 'update', 'patch'], ['db'])],
    ['nothing of secrets', { reviews: [] }],
  ])('passes: %s', (_, role) => expect(told(role)).toEqual([]));

  it.each<[string, Partial<Judged>, RegExp]>([
    ['another duty', { ...secret(['get'], ['db']), duty: 'deployment' }, /^duty: .*apart from deployment/],
    ['nobody who approves', { ...secret(['get'], ['db']), reviews: [] }, /^reviews: /],
    [
      'nobody who approves, written as 0',
      { ...secret(['get'], ['db']), reviews: [{ count: 0, from: [] }] },
      /^reviews: /,
    ],
    ['all secrets', secret(['get']), /^rules\.0: Name the secrets/],
    ['an empty name', secret(['list'], ['']), /^rules\.0: Name the secrets/],
    ['making new ones', secret(['create'], ['db']), /^rules\.0: Name the secrets/],
    [
      'something besides',
      { duty: 'secrets', rules: [rule(['secrets'], ['get'], ['db']), pods] },
      /^rules\.1: .*make two roles/,
    ],
    [
      'something besides in one rule',
      { duty: 'secrets', rules: [rule(['secrets', 'configmaps'], ['get'], ['db'])] },
      /^rules\.0: /,
    ],
  ])('refuses: %s', (_, role, why) => expect(told(role)).toEqual([expect.stringMatching(why)]));
});

describe('the boundary of what is inside of pods', () => {
  const inside = (resource: string, verb = 'create') => ({ rules: [rule([resource], [verb])] });
  it.each([
    inside('pods/exec'),
    inside('pods/exec', 'get'),
    inside('pods/attach'),
    inside('pods/portforward'),
    inside('pods/ephemeralcontainers', 'patch'),
    inside('pods/proxy', 'get'),
  ])('%j is debugging, and approved by somebody (N53, N54)', (role) => {
    expect(told(role)).toEqual([expect.stringMatching(/^duty: .*debugging/)]);
    expect(told({ ...role, duty: 'debugging' })).toEqual([]);
    expect(told({ ...role, duty: 'debugging', reviews: [] })).toEqual([expect.stringMatching(/^reviews: /)]);
  });
});
