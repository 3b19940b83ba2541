/** Taking Curfew off one cluster: the door first, and nothing that a running grant still needs to end. */
import { bindRoleUser, defineRoleUser } from '#cluster/identities.ts';
import { nameOf } from '#cluster/manifest.ts';
import { onboardingLabels } from '#cluster/manifests.ts';
import { managedBy } from '#domain/access-entry.ts';
import { ClusterNotReady, StillStanding } from '#domain/errors.ts';
import { marks } from '#domain/role-binding.ts';
import { carryOut } from './apply.ts';
import { type BrokerEntry, brokerEntries } from './broker-entries.ts';
import { kinds, listObjects, type Standing } from './cluster-objects.ts';
import { sortOutOld } from './old-objects.ts';
import type { Step } from './plan.ts';
import type { Target } from './targets.ts';

export interface LiveGrant {
  namespace: string;
  name: string;
  /** As its annotation says; undefined where that was taken off. */
  expiresAt: string | undefined;
}

export interface Removal {
  steps: Step[];
  /** Access entries of Curfew's own IAM roles that go. */
  entries: BrokerEntry[];
  /** Grants that stand on the cluster, and stay. */
  live: LiveGrant[];
}

export interface Removed extends Removal {
  done: boolean;
}

const because = 'the cluster is taken off';

/** Without it no grant is made any more; what ends them stands beside it. */
const isDoor = (username: string) => username === bindRoleUser || username === defineRoleUser;

/**
 * Throws ClusterNotReady, naming them, while grants stand: by force only the door is shut, and all that ends them stays.
 *
 * @param force whether grants may stand
 * @param agree asked about what would be removed
 */
export async function offboard(
  on: Omit<Target, 'catalog'>,
  force: boolean,
  agree: (removal: Removal) => Promise<boolean>,
): Promise<Removed> {
  const live = await liveGrants(on);
  if (live.length > 0 && !force) throw new ClusterNotReady(refusal(on.cluster, live));
  const removal = await planRemoval(on, live);
  if (removal.steps.every((step) => step.do === 'leave') && removal.entries.length === 0)
    return { ...removal, done: true };
  if (!(await agree(removal))) return { ...removal, done: false };
  const ofDoor = ({ object }: Step) => isDoor(object.metadata.name);
  for (const { principalArn } of removal.entries.filter(({ username }) => isDoor(username)))
    await on.entries.remove(principalArn);
  for (const step of removal.steps.filter(ofDoor)) await carryOut(on.api, step);
  const slippedIn = (await liveGrants(on)).filter(({ name }) => !live.some((grant) => grant.name === name));
  if (slippedIn.length > 0) {
    throw new StillStanding(
      `Meanwhile a grant was made on ${on.cluster}: ${slippedIn.map(inWords).join(', ')}. None can be made any more; all that ends this one is still there. Run this again.`,
    );
  }
  for (const step of removal.steps.filter((step) => !ofDoor(step))) await carryOut(on.api, step);
  for (const { principalArn, username } of removal.entries)
    if (!isDoor(username)) await on.entries.remove(principalArn);
  await checkGone(on, removal);
  return { ...removal, done: true };
}

async function liveGrants({ api, deployment }: Pick<Target, 'api' | 'deployment'>): Promise<LiveGrant[]> {
  const labels = { [marks.managedBy]: managedBy, [marks.deployment]: deployment.id };
  const bindings = await listObjects(api, 'RoleBinding', labels);
  // One that is left alone gives nobody anything, but what removes it is as much needed.
  const roles = await listObjects(api, 'Role', labels);
  const standing = [...bindings, ...roles].map(({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    expiresAt: metadata.annotations?.[marks.expiresAt],
  }));
  return [...new Map(standing.map((grant) => [`${grant.namespace}/${grant.name}`, grant])).values()];
}

const inWords = ({ namespace, name, expiresAt }: LiveGrant) =>
  `${namespace}/${name}${expiresAt === undefined ? '' : ` (until ${expiresAt})`}`;

function refusal(cluster: string, live: readonly LiveGrant[]): string {
  return (
    `Nothing was changed: ${live.length === 1 ? 'a grant stands' : `${live.length} grants stand`} on ${cluster}, and would outlive what ends them:\n` +
    `${live.map((grant) => `  - ${inWords(grant)}`).join('\n')}\n` +
    `Wait for their end, or end them at once: curfew kill --cluster ${cluster}. With --force "<reason>" no more are made, and what ends these stays; run this again when they are over.`
  );
}

async function planRemoval(
  { api, deployment, entries }: Pick<Target, 'api' | 'deployment' | 'entries'>,
  live: readonly LiveGrant[],
): Promise<Removal> {
  const labels = onboardingLabels(deployment.id);
  const ours = (await Promise.all(kinds.map((kind) => listObjects(api, kind, labels)))).flat();
  const door = (name: string) => live.length === 0 || isDoor(name);
  const going = ours.filter((object) => door(object.metadata.name) || isRole(object));
  const staying = ours.filter((object) => !going.includes(object));
  const entered: BrokerEntry[] = [];
  for (const entry of brokerEntries(deployment)) {
    const found = await entries.find(entry.principalArn);
    if (found?.username === entry.username && door(entry.username)) entered.push(entry);
  }
  return {
    steps: [
      ...(await sortOutOld(api, going, true, because)),
      ...staying.map((object): Step => ({ do: 'leave', object, why: 'grants that stand need it' })),
    ],
    entries: entered,
    live: [...live],
  };
}

/** A role of the catalog; the ones that are bound are left anyway. */
const isRole = ({ kind, metadata }: Standing) =>
  kind === 'ClusterRole' && metadata.name.startsWith('curfew:');

async function checkGone(
  on: Pick<Target, 'api' | 'deployment' | 'cluster'>,
  removal: Removal,
): Promise<void> {
  const labels = onboardingLabels(on.deployment.id);
  const found = (await Promise.all(kinds.map((kind) => listObjects(on.api, kind, labels)))).flat();
  const left = new Set(
    removal.steps.filter((step) => step.do === 'leave').map(({ object }) => nameOf(object)),
  );
  const standing = found.map(nameOf).filter((name) => !left.has(name));
  if (standing.length > 0) {
    throw new StillStanding(
      `Removed from ${on.cluster}, but still there: ${standing.join(', ')}. Run this again.`,
    );
  }
}
