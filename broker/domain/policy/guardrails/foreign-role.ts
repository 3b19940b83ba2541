/** A role that isn't ours is held to what the catalog's own rules are held to, as it stands on the cluster now. */
import { foreignFaults } from '../../foreign-role.ts';
import type { Guardrail } from '../guardrail.ts';

export const foreignRole: Guardrail = ({ asked, role, surveyed }) => {
  if (role?.clusterRole === undefined || !role.clusters.includes(asked.cluster)) return [];
  return foreignFaults(role, surveyed).map((refuse) => ({ rule: 'foreign-role', refuse }));
};
