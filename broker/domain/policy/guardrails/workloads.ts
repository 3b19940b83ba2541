/** CI jobs and agents apart from people: only roles made for them, and shorter. (They never review: only people do.) */
import type { Guardrail } from '../guardrail.ts';

export const workloads: Guardrail = ({ catalog, asked, role, requester }) => {
  if (requester.person !== undefined || !role) return [];
  const rule = 'workloads';
  if (!role.workloads)
    return [
      {
        rule,
        refuse:
          `Role "${asked.role}" is for people. Nobody vouches for the session name of your IAM role, so you count as a workload; ` +
          'roles for workloads say `workloads: true` in the catalog.',
      },
    ];
  return [{ rule, capSeconds: catalog.workloads.maxDuration, tooLong: 'no longer for a workload' }];
};
