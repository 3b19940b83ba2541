/** Only clusters of the catalog. */
import type { Guardrail } from '../guardrail.ts';

export const cluster: Guardrail = ({ catalog, asked }) =>
  Object.hasOwn(catalog.clusters, asked.cluster)
    ? []
    : [
        {
          rule: 'cluster',
          effect: 'refuse',
          reason: `There is no cluster "${asked.cluster}". Known: ${Object.keys(catalog.clusters).sort().join(', ')}.`,
        },
      ];
