/** A ClusterRole that isn't Curfew's can be edited by its owners at any time: no RoleBinding is made for more than was approved, and none stays. */
import { allowedBy } from '#domain/aggregation.ts';
import { allowsNoMore } from '#domain/foreign-role.ts';
import { isOwnRole } from '#domain/role-definition.ts';
import type { Fate, Weather } from '../cloud/fate.ts';
import { isExcused, sweptMs } from './by-hand.ts';
import type { Invariant, Seen } from './invariant.ts';
import type { Right } from './observe.ts';

/** From BindRole's look at the role until its RoleBinding is in force. */
const soonMs = 1_000;
/** Of a creation that lands late: until create-before, and what the clocks differ. */
const lateMs = 35_000;
const onTime: readonly Fate[] = ['before', 'throttled', 'crash-before'];

export class AsApproved implements Invariant {
  readonly name = 'as approved';
  readonly says =
    'No RoleBinding is made for a role that allows more than was approved, and where it comes to allow more, its grants are over at the next look.';
  readonly #seen = new Set<string>();
  readonly #boundMs: number;

  constructor({ strikes, outages, storms }: Weather) {
    const isOnTime = [...strikes, ...outages].every(({ fate }) => onTime.includes(fate));
    this.#boundMs = isOnTime && storms.length === 0 ? soonMs : lateMs;
  }

  breach(seen: Seen): string | undefined {
    for (const right of seen.rights) {
      if (isOwnRole(right.clusterRole) || isExcused(seen, right)) continue;
      const first = !this.#seen.has(right.uid);
      this.#seen.add(right.uid);
      const excess = excessOf(seen, right);
      if (excess === undefined) continue;
      const { since, limit } = excess;
      if (first && seen.now > since + this.#boundMs)
        return `${right.binding} was made although ${right.clusterRole} had come to allow more ${seen.now - since} ms before`;
      if (seen.now > limit)
        return `${right.binding} gives more than was approved, for ${seen.now - since} ms by now`;
    }
    return undefined;
  }
}

/** Since when a right is for more than what its request says, and how long it may be. */
function excessOf(
  { cloud, deeds, lastFault }: Seen,
  { requestId, cluster, clusterRole }: Right,
): { since: number; limit: number } | undefined {
  const request = cloud.twins.records.requests.get(requestId);
  if (request?.resolved.clusterRole !== clusterRole) return undefined;
  const standing = [...(cloud.twins.clusters.get(cluster)?.clusterRoles ?? [])].map(
    ([name, { rules, labels = {}, selectors = [] }]) => ({ name, rules, labels, selectors }),
  );
  if (allowsNoMore(allowedBy(clusterRole, standing), request.resolved.rules)) return undefined;
  const since = deeds.widenedAt(cluster) ?? 0;
  return { since, limit: Math.max(since, lastFault) + sweptMs };
}
