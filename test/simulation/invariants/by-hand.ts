/** What administrators made by hand on a cluster, in Curfew's name, stands until SweepCluster has come by, and not longer. */
import { callers } from '../people/cast.ts';
import type { Seen } from './invariant.ts';
import type { Right } from './observe.ts';

/** A cluster has its turn every five minutes. What it takes until that turn is called and has done its work: two more. */
export const sweptMs = 7 * 60_000;

/** Whether a right that no grant explains may come from what was made by hand a short while ago. */
export function isExcused({ deeds, now, lastFault }: Seen, { who, binding }: Right): boolean {
  const at = deeds.madeByHandAt(binding, callers[who].principal.arn);
  return at !== undefined && now <= Math.max(at, lastFault) + sweptMs;
}
