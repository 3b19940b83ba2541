/** Clusters: describe and list. They are made by registering an API server, not through the API. */
import { onCluster, onEverything } from './checks.ts';
import { clusterView } from './clusters.ts';
import { clusterOf, type Operation } from './operation.ts';
import { pageOf } from './pages.ts';

export const callsOnClusters: readonly Operation[] = [
  {
    name: 'ListClusters',
    method: 'GET',
    path: '/clusters',
    plan: ({ world, region, query }) => ({
      checks: [onEverything('ListClusters')],
      perform: () => pageOf('clusters', world.clusters.names(region), query),
    }),
  },
  {
    name: 'DescribeCluster',
    method: 'GET',
    path: '/clusters/:clusterName',
    plan: (call) => {
      const cluster = clusterOf(call);
      return {
        checks: [onCluster('DescribeCluster', cluster)],
        perform: () => ({ cluster: clusterView(cluster) }),
      };
    },
  },
];
