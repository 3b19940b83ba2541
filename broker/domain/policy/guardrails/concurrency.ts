/** Only so many grants, and requests on their way to one, of one person or workload at a time. */
import { isFinal } from '../../lifecycle.ts';
import type { Guardrail } from '../guardrail.ts';

export const concurrency: Guardrail = ({ catalog, asked, past }) => {
  const most = catalog.limits.concurrent;
  // What is extended ends when its successor starts.
  const open = past.filter(({ id, status }) => !isFinal(status) && id !== asked.extends);
  if (open.length < most) return [];
  const oldest = open.at(-1);
  return [
    {
      rule: 'concurrency',
      refuse: `You have ${open.length} requests that are not over, and ${most} is the most. End or withdraw one, such as ${oldest?.id} (${oldest?.asked.role}).`,
    },
  ];
};
