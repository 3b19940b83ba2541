/** From when to when the people of some lines had grants on their cluster, for lines that name no grant themselves. */
import { knownSubject } from '#domain/claim.ts';
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import { earliest } from '#domain/instant.ts';
import { personOf } from '#domain/people.ts';
import type { AccessRequest } from '#domain/request.ts';
import { attribute, type GrantSpan } from '#domain/usage/attribute.ts';
import type { AuditLine } from '#domain/usage/audit-line.ts';
import { isOurs } from '#domain/usage/concern.ts';
import type { World } from '#ports';

type Needs = Pick<World, 'catalog' | 'records'>;

/** More than stand on one cluster, or one person had lately. */
const mostLive = 500;
const newest = 20;

/** Those in force, and the newest of each person among the lines: what is told late is of a grant that may be over. */
export async function grantSpans(
  world: Needs,
  cluster: EksCluster,
  lines: readonly AuditLine[],
): Promise<GrantSpan[]> {
  const unnamed = lines.filter((line) => attribute(line, []).how === 'none');
  if (unnamed.length === 0) return [];
  const spans = new Map<string, GrantSpan>();
  const add = (request: AccessRequest | undefined) => {
    const span = request && spanOf(request, cluster);
    if (span) spans.set(span.requestId, span);
  };
  const live = await world.records.listLive(cluster, { limit: mostLive });
  for (const { requestId } of live.items) add(await world.records.read(requestId));
  const people = new Set(
    unnamed.flatMap(({ username }) =>
      isOurs(username) ? [personOf(world.catalog.people, sessionOf(username))] : [],
    ),
  );
  for (const person of people) {
    const { items } = await world.records.listByRequester(person, { limit: newest });
    for (const request of items) add(request);
  }
  return [...spans.values()];
}

/** `curfew:<account>:<role name>:<session name>`. */
const sessionOf = (username: string) => username.split(':').slice(3).join(':');

function spanOf(request: AccessRequest, cluster: EksCluster): GrantSpan | undefined {
  const { id, grant, ending, resolved } = request;
  if (!grant || clusterName(resolved.eksCluster) !== clusterName(cluster)) return undefined;
  return {
    requestId: id,
    subject: knownSubject(request).kubernetes,
    namespaces: grant.bindings.map(({ namespace }) => namespace),
    from: grant.openedAt,
    to: grant.unboundAt ?? earliest(grant.expiresAt, ending?.notBefore ?? grant.expiresAt),
  };
}
