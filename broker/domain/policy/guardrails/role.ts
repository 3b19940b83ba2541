/** Only roles of the catalog, only on the clusters they are meant for, and with the reviews that they ask for. */
import type { Guardrail } from '../guardrail.ts';

export const role: Guardrail = ({ catalog, asked, role: found }) => {
  if (!found) {
    const known = Object.keys(catalog.roles).sort().join(', ');
    return [{ rule: 'role', refuse: `There is no role "${asked.role}". Known: ${known}.` }];
  }
  if (found.clusters.includes(asked.cluster))
    return [{ rule: `role:${asked.role}`, reviews: found.reviews, waivable: true }];
  const where = found.clusters.join(', ');
  return [
    {
      rule: 'role',
      refuse: `Role "${asked.role}" is not for cluster "${asked.cluster}", only for ${where}.`,
    },
  ];
};
