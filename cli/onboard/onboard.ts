/** Onboarding one cluster: look, show, do, prove. Asks and tells through its caller, so that it knows no terminal. */
import { setTimeout as sleep } from 'node:timers/promises';
import { manifestsFor } from '#cluster/manifests.ts';
import { boundsIn, namespacesOf, offerOn } from '#cluster/offer.ts';
import type { Catalog } from '#domain/catalog.ts';
import { ClusterUnfenced, StillStanding } from '#domain/errors.ts';
import { applyPlan } from './apply.ts';
import { type BrokerEntry, brokerEntries, type EntryApi, missingEntries } from './broker-entries.ts';
import type { Deployment } from './deployment.ts';
import { checkForeignRoles, type ForeignRole } from './foreign-roles.ts';
import { janitorTries } from './janitor-tries.ts';
import type { KubernetesApi } from './kubernetes-call.ts';
import { type Plan, planCluster } from './plan.ts';
import { checkNamespaces, checkReadiness, existingNamespaces } from './readiness.ts';
import { boundsTries, taskRoleTries } from './task-role-tries.ts';
import { forgedGrant, type Tried, triedFence, triesFor } from './tries.ts';

export interface Onboarding {
  /** Name in the catalog. */
  cluster: string;
  eks: { eksName: string; region: string };
  catalog: Catalog;
  deployment: Deployment;
  /** What the janitor runs in; undefined for a cluster without one. */
  janitorImage: string | undefined;
  api: KubernetesApi;
  entries: EntryApi;
}

export interface Intent extends Plan {
  missingEntries: BrokerEntry[];
  /** What the catalog gives and onboarding doesn't make. */
  foreignRoles: ForeignRole[];
}

export interface Outcome extends Intent {
  /** Whether the intent was carried out; there was nothing to do counts as done. */
  done: boolean;
  /** What was tried on the onboarded cluster; all as expected. Empty when it was not carried out. */
  tried: Tried[];
}

export function isNothing({ steps, missingEntries: missing }: Intent): boolean {
  return missing.length === 0 && steps.every((step) => step.do === 'leave');
}

/**
 * Compares, asks `agree` about what would change, changes it and proves that the fences hold.
 * Throws before anything is changed: InvalidInput, NotAllowed, ClusterNotReady, ForeignAccessEntry. Throws after: ClusterUnfenced.
 */
export async function onboard(
  on: Onboarding,
  agree: (intent: Intent) => Promise<boolean>,
  tell: (line: string) => void,
): Promise<Outcome> {
  const { catalog, cluster, deployment, api } = on;
  const entries = brokerEntries(deployment);
  await checkReadiness(api);
  const existing = await existingNamespaces(api);
  const offer = offerOn(catalog, cluster, existing);
  checkNamespaces(namespacesOf(offer), existing);
  const foreignRoles = await checkForeignRoles(api, catalog, offer);
  const wanted = manifestsFor(catalog, cluster, deployment.id, on.janitorImage, existing);
  const plan = await planCluster(api, wanted, deployment.id);
  const missing = await missingEntries(on.entries, entries, on.eks);
  const intent = { ...plan, missingEntries: missing, foreignRoles };
  if (!isNothing(intent) && !(await agree(intent))) return { ...intent, done: false, tried: [] };

  const [role] = offer;
  if (!role) throw new TypeError('An offer is never empty.');
  await applyPlan(api, plan.steps, forgedGrant(role, deployment.id), tell);
  const tried: Tried[] = [];
  for (const one of offer) tried.push(...(await prove(api, triesFor(one, deployment.id), cluster)));
  const bounds = boundsIn(offer);
  const tries = [
    ...bounds.flatMap((one) => boundsTries(one, deployment.id)),
    ...bounds.slice(0, 1).flatMap((one) => taskRoleTries(one, deployment.id)),
  ];
  tried.push(...(await prove(api, tries, cluster)));
  if (on.janitorImage !== undefined)
    tried.push(...(await prove(api, janitorTries(role, deployment.id), cluster)));
  // Last of all, and read back: from here on the broker can come in.
  for (const entry of intent.missingEntries) await on.entries.create(entry);
  if (intent.missingEntries.length > 0 && (await missingEntries(on.entries, entries, on.eks)).length > 0) {
    throw new StillStanding(
      "Curfew's access entries were created, but EKS does not show them. Run this again.",
    );
  }
  return { ...intent, done: true, tried };
}

const provenWithinMs = 30_000;
const tryEveryMs = 250;

/** What was changed a moment ago takes effect within seconds, on one API server after another. */
async function prove(
  api: KubernetesApi,
  tries: ReturnType<typeof triesFor>,
  cluster: string,
): Promise<Tried[]> {
  const until = Date.now() + provenWithinMs;
  for (;;) {
    const tried: Tried[] = [];
    for (const one of tries) tried.push(await triedFence(api, one));
    const failed = tried.filter(({ asExpected }) => !asExpected);
    if (failed.length === 0) return tried;
    if (Date.now() >= until) {
      throw new ClusterUnfenced(
        `${cluster} does not behave as it must; Curfew grants nothing there until it does. Tried, without doing it:\n` +
          `${failed.map(({ what, answer }) => `  - ${what} -> ${answer}`).join('\n')}\nRun \`curfew onboard\` again; if this stays, look for other admission policies or webhooks that change RoleBindings or Roles.`,
        { details: { failed } },
      );
    }
    await sleep(tryEveryMs);
  }
}
