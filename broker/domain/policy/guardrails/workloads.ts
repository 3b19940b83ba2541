/** CI jobs and agents apart from people: only roles made for them, and shorter. (They never review: only people do.) */
import type { Finding } from '../decision.ts';
import type { Guardrail } from '../guardrail.ts';

const rule = 'workloads';

export const workloads: Guardrail = ({ catalog, asked, role, requester }) => {
  if (requester.person !== undefined || !role) return [];
  const { maxDuration, agents, tokenRequired } = catalog.workloads;
  const refuse = (reason: string): Finding => ({ rule, refuse: reason });
  const cap: Finding = { rule, capSeconds: maxDuration, tooLong: 'no longer for a workload' };
  if (requester.workload?.kind === 'agent') {
    if (!role.agents)
      return [
        refuse(`Role "${asked.role}" is not for agents; roles for them say \`agents: true\` in the catalog.`),
      ];
    return [cap, { rule, capSeconds: agents.maxDuration, tooLong: 'no longer for an agent' }];
  }
  if (!role.workloads)
    return [
      refuse(
        `Role "${asked.role}" is for people. Nobody vouches for the session name of your IAM role, so you count as a workload; ` +
          'roles for workloads say `workloads: true` in the catalog.',
      ),
    ];
  if (tokenRequired && !requester.workload)
    return [
      refuse(
        "Workloads are known here by their job's token only, and the catalog lists none for your IAM role: workloads.identities.",
      ),
    ];
  return [cap];
};
