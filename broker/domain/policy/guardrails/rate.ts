/** Only so many requests of one person or workload in an hour: a script that went astray asks nobody a thousand times. */
import { after } from '../../instant.ts';
import type { Guardrail } from '../guardrail.ts';

const hourMs = 3_600_000;

export const rate: Guardrail = ({ catalog, past, now }) => {
  const { perHour } = catalog.limits;
  const since = after(now, -hourMs);
  const lately = past.filter(({ createdAt }) => createdAt > since);
  if (lately.length < perHour) return [];
  const again = after(lately[perHour - 1]?.createdAt ?? now, hourMs);
  return [
    {
      rule: 'rate',
      refuse: `You asked ${lately.length} times within an hour, and ${perHour} is the most. Ask again after ${again}.`,
    },
  ];
};
