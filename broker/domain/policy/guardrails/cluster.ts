/** Only clusters of the catalog. */
import type { Guardrail } from '../guardrail.ts';

export const cluster: Guardrail = ({ catalog, asked }) => {
  if (Object.hasOwn(catalog.clusters, asked.cluster)) return [];
  const known = Object.keys(catalog.clusters).sort().join(', ');
  return [{ rule: 'cluster', refuse: `There is no cluster "${asked.cluster}". Known: ${known}.` }];
};
