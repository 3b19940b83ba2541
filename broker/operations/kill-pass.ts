/** One pass of a kill order: denies what waits to be opened, then ends what is live on each cluster. */

import { catalogClusters } from '#domain/catalog.ts';
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import { endRequestOf, isDriven, type KillOrder, type KillPass } from '#domain/kill-order.ts';
import { coversRequest } from '#domain/kill-scope.ts';
import { mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import type { EndingNeeds } from './end-together.ts';
import { inWords, killOnCluster } from './kill-on-cluster.ts';
import { rememberingAddresses } from './remember-addresses.ts';

export type KillNeeds = EndingNeeds & Pick<World, 'catalog' | 'clusters' | 'kills'>;

/** Clusters at a time: one that does not answer holds up no other. */
const lanes = 12;
/** Progress is written for whoever watches, not for each cluster of many. */
const tellEveryMs = 1_000;

/** `keep` writes the pass as far as it has come. Never throws for what it could not end: that is in the pass. */
export async function killPass(
  given: KillNeeds,
  order: KillOrder,
  keep: (pass: KillPass) => Promise<KillOrder>,
): Promise<KillPass> {
  const world = { ...given, entries: rememberingAddresses(given.entries) };
  const pass: KillPass = { begunAt: world.clock.now(), denied: 0, clusters: [] };
  let told = Date.parse(pass.begunAt);
  await keep(pass);
  const clusters = new Map<string, EksCluster>();
  const add = (those: readonly EksCluster[]) => {
    for (const cluster of those) clusters.set(clusterName(cluster), cluster);
  };
  const problems: string[] = [];
  const part = async (work: () => Promise<void>) => {
    await work().catch((error: unknown) => void problems.push(inWords(error)));
  };
  add(catalogClusters(world.catalog, world.settings.region));
  await part(async () => add(await world.clusters.list()));
  await part(async () => {
    await eachOpen(world, async (request) => {
      if (mayStand(request.status)) add([request.resolved.eksCluster]);
      else if (await deny(world, order, request)) pass.denied += 1;
    });
  });
  if (order.scope.kind === 'cluster' && !clusters.has(order.scope.value)) add([clusterIn(order.scope.value)]);
  const covered = [...clusters].filter(
    ([value]) => order.scope.kind !== 'cluster' || order.scope.value === value,
  );
  await atMost(lanes, covered, async ([, cluster]) => {
    const seen = await world.kills.read(order.id).catch(() => order);
    // Lifted meanwhile: what is opened from now on is none of its business.
    if (!seen || !isDriven(seen)) return;
    pass.clusters.push(await killOnCluster(world, order, cluster));
    if (Date.parse(world.clock.now()) - told < tellEveryMs) return;
    told = Date.parse(world.clock.now());
    await keep(structuredClone(pass)).catch(() => undefined);
  });
  pass.clusters.sort((a, b) => (a.cluster < b.cluster ? -1 : 1));
  return problems.length === 0 ? pass : { ...pass, problem: problems.join(' ') };
}

async function eachOpen(
  world: Pick<World, 'records'>,
  look: (request: AccessRequest) => Promise<void>,
): Promise<void> {
  let cursor: string | undefined;
  do {
    const page = await world.records.listOpen({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
    for (const request of page.items) await look(request);
    cursor = page.cursor;
  } while (cursor !== undefined);
}

/** What is approved could be opened once the switch is lifted: whoever needs it then asks again. True when it was denied. */
async function deny(world: KillNeeds, order: KillOrder, { id, ...seen }: AccessRequest): Promise<boolean> {
  const waits = ({ status }: Pick<AccessRequest, 'status'>) =>
    status === 'approved' || status === 'scheduled';
  if (!waits(seen) || !coversRequest(order.scope, { id, ...seen })) return false;
  let denied = false;
  await changeRecord(world, id, (before) => {
    denied = waits(before);
    return denied ? requestEnd(before, { at: world.clock.now(), ...endRequestOf(order) }) : undefined;
  });
  return denied;
}

function clusterIn(value: string): EksCluster {
  const [region = '', eksName = ''] = value.split('/');
  return { region, eksName };
}
