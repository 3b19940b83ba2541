/** Only roles of the catalog, and only on the clusters they are meant for. */
import type { Guardrail } from '../guardrail.ts';

export const role: Guardrail = ({ catalog, asked, role: found }) => {
  if (!found) {
    const known = Object.keys(catalog.roles).sort().join(', ');
    return [{ rule: 'role', effect: 'refuse', reason: `There is no role "${asked.role}". Known: ${known}.` }];
  }
  if (found.clusters.includes(asked.cluster)) return [];
  const where = found.clusters.join(', ');
  return [
    {
      rule: 'role',
      effect: 'refuse',
      reason: `Role "${asked.role}" is not for cluster "${asked.cluster}", only for ${where}.`,
    },
  ];
};
