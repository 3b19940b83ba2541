/** What every cluster's API must tell of ClusterRoles that aren't ours. */
import { expect, it } from 'vitest';
import type { ClusterUnderTest } from './cluster-api.ts';

/** Stand on the cluster: `viewing` takes over `viewing-pods` and `viewing-more`, by labels; `plain` takes over none. */
export const foreignRoles = {
  plain: { rules: [{ apiGroups: [''], resources: ['services', 'pods'], verbs: ['list', 'get'] }] },
  viewing: { rules: [], selectors: [{ matchLabels: { 'example.com/to-viewing': 'true' } }] },
  'viewing-pods': {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
    labels: { 'example.com/to-viewing': 'true' },
  },
  'viewing-more': {
    rules: [],
    labels: { 'example.com/to-viewing': 'true' },
    selectors: [{ matchExpressions: [{ key: 'example.com/to-more', operator: 'Exists' }] }],
  },
  'viewing-events': {
    rules: [{ apiGroups: [''], resources: ['events'], verbs: ['get'], resourceNames: ['one'] }],
    labels: { 'example.com/to-more': 'yes' },
  },
};

export function foreignRoleContract(given: () => ClusterUnderTest): void {
  it.each(['bindRole', 'surveyCluster'] as const)(
    'tells %s what one allows, in one spelling',
    async (leg) => {
      const session = await given()[leg].connect(given().address);
      expect(await session.surveyRole('plain')).toEqual({
        rules: [{ apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list'] }],
      });
    },
  );

  it.each(['bindRole', 'surveyCluster'] as const)(
    'tells %s what one takes over from others, however far',
    async (leg) => {
      const session = await given()[leg].connect(given().address);
      expect(await session.surveyRole('viewing')).toEqual({
        rules: [
          { apiGroups: [''], resources: ['events'], verbs: ['get'], resourceNames: ['one'] },
          { apiGroups: [''], resources: ['pods'], verbs: ['get'] },
        ],
      });
    },
  );

  it('tells of one that the catalog names and the cluster does not have', async () => {
    const session = await given().surveyCluster.connect(given().address);
    expect(await session.surveyRole('missing')).toBe('absent');
  });
}
