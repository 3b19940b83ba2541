/** What onboarding would change in a cluster: found by comparing, and tried on the server before anything is touched. */
import { type Manifest, nameOf } from '#cluster/manifest.ts';
import { type ClusterManifests, onboardingLabels } from '#cluster/manifests.ts';
import { ClusterNotReady } from '#domain/errors.ts';
import { marks } from '#domain/role-binding.ts';
import { kinds, listObjects, readObject, type Standing, writes } from './cluster-objects.ts';
import { changedPaths, type Difference, differences } from './difference.ts';
import type { KubernetesApi } from './kubernetes-call.ts';
import { sortOutOld } from './old-objects.ts';

export type Step =
  | { do: 'create'; object: Manifest }
  /**
   * Replaced as a whole where applying it would leave in place what somebody else put into it, or what an older version made.
   */
  | {
      do: 'change';
      object: Standing;
      wanted: Manifest;
      by: 'apply' | 'replace';
      differences: Difference[];
      from: Standing;
    }
  | { do: 'remove'; object: Standing; why: string }
  /** Ours and no longer wanted, but in use. */
  | { do: 'leave'; object: Standing; why: string };

type Change = Extract<Step, { do: 'change' }>;

export interface Plan {
  /** In the order in which they are to be carried out: fences, roles, rights, the janitor, removals. */
  steps: Step[];
  /** How many objects are as they should be. */
  right: number;
}

/** Throws ClusterNotReady with everything that stands in the way, each with what to do about it. */
export async function planCluster(
  api: KubernetesApi,
  wanted: ClusterManifests,
  deployment: string,
): Promise<Plan> {
  const labels = onboardingLabels(deployment);
  const ours = (await Promise.all(kinds.map((kind) => listObjects(api, kind, labels)))).flat();
  const byName = new Map(ours.map((object) => [nameOf(object), object]));
  const steps: Step[] = [];
  const faults = new Set<string>();
  let right = 0;
  const all = [...wanted.fences, ...wanted.roles, ...wanted.rights, ...wanted.janitor];
  const newNamespaces = new Set<string>();
  for (const object of all) {
    const found = byName.get(nameOf(object)) ?? (await readObject(api, object));
    const step = found ? compare(object, found, deployment) : ({ do: 'create', object } as const);
    if (step === 'right') right++;
    else if ('fault' in step) faults.add(step.fault);
    else if (step.do === 'create' && newNamespaces.has(object.metadata.namespace ?? '')) steps.push(step);
    else {
      const tried = await tryOnServer(api, step, wanted);
      if ('refusal' in tried) faults.add(tried.refusal);
      else if (step.do === 'create') {
        steps.push(step);
        if (object.kind === 'Namespace') newNamespaces.add(object.metadata.name);
      } else {
        const found = changedBy(step, tried.becomes);
        if (found.length === 0) right++;
        else steps.push({ ...step, differences: found, by: await howToChange(api, step, tried.becomes) });
      }
    }
  }
  if (faults.size > 0) {
    const list = [...faults];
    throw new ClusterNotReady(`Nothing was changed. In the way:\n${list.map((f) => `  - ${f}`).join('\n')}`, {
      details: { faults: list },
    });
  }
  const names = new Set(all.map(nameOf));
  const old = await sortOutOld(
    api,
    ours.filter((object) => !names.has(nameOf(object))),
    wanted.janitor.length > 0,
  );
  return { steps: [...steps, ...old], right };
}

function compare(
  object: Manifest,
  found: Standing,
  deployment: string,
): Change | { fault: string } | 'right' {
  const foreign = foreignness(object, found, deployment);
  if (foreign) return { fault: foreign };
  const differ = [...labelsLacking(found, object), ...differences(contentOf(found), contentOf(object))];
  if (differ.length === 0) return 'right';
  if (object.kind === 'ClusterRole' && object.metadata.name.startsWith('curfew:')) {
    return {
      fault:
        `${nameOf(object)} is not what its name stands for (${differ.map(({ path }) => path).join(', ')}): it was changed while the cluster had no fences. ` +
        `Delete it, and run this again: kubectl delete clusterrole ${object.metadata.name}`,
    };
  }
  const { labels, annotations, ...identity } = found.metadata;
  const metadata = {
    ...identity,
    labels: { ...labels, ...object.metadata.labels },
    ...(annotations ? { annotations } : {}),
  };
  const changed = { ...object, metadata };
  return { do: 'change', object: changed, wanted: object, by: 'replace', differences: differ, from: found };
}

/** Labels of others are left alone. */
function labelsLacking(found: Standing, object: Manifest): Difference[] {
  return Object.entries(object.metadata.labels)
    .filter(([key, value]) => found.metadata.labels[key] !== value)
    .map(([key, value]) => ({
      path: `metadata.labels[${key}]`,
      from: found.metadata.labels[key],
      to: value,
    }));
}

/** The server fills in what is left out of some kinds, so what counts is what it would make of our object. */
function changedBy({ from, object }: Change, becomes: Manifest): Difference[] {
  return [...labelsLacking(from, object), ...differences(contentOf(from), contentOf(becomes))];
}

async function howToChange(
  api: KubernetesApi,
  step: Change,
  becomes: Manifest,
): Promise<'apply' | 'replace'> {
  const { status, body } = await api(writes.apply(asApplied(step), true, true));
  const same =
    status < 300 &&
    changedPaths(contentOf(body), contentOf(becomes)).length === 0 &&
    labelsLacking(body, step.wanted).length === 0;
  return same ? 'apply' : 'replace';
}

/** Only what is ours to say; the version, so that nothing is written over what changed since it was looked at. */
export function asApplied({ wanted, object }: Change): Manifest {
  const metadata = { ...wanted.metadata, resourceVersion: object.metadata.resourceVersion };
  return { ...wanted, metadata };
}

/** Why an object by our name is none of ours; undefined when it is. */
function foreignness(object: Manifest, found: Standing, deployment: string): string | undefined {
  const labels: Record<string, string | undefined> = found.metadata.labels ?? {};
  if (labels[marks.managedBy] !== object.metadata.labels[marks.managedBy]) {
    return `${nameOf(object)} stands there already and was not made by \`curfew onboard\`. Find out whose it is; then delete or rename it.`;
  }
  const other = labels[marks.deployment];
  if (other !== deployment) {
    const theirs = `-l ${marks.managedBy}=${labels[marks.managedBy]},${marks.deployment}=${other}`;
    return (
      `The cluster belongs to another deployment of Curfew, "${other}", and it can have one only. When that one's grants are over, take it off:\n` +
      `    kubectl delete rolebindings,roles --all-namespaces ${theirs}\n` +
      `    kubectl delete clusterrolebindings,clusterroles,validatingadmissionpolicybindings,validatingadmissionpolicies ${theirs}`
    );
  }
  return undefined;
}

/** Everything that an object says, without what the server keeps about it. */
function contentOf({ metadata: _, ...content }: Manifest): object {
  const { status: __, ...said } = content as Record<string, unknown>;
  return said;
}

/** Tries a step on the server without doing it. A namespace that is missing is told once, by the checks before. */
async function tryOnServer(
  api: KubernetesApi,
  step: Extract<Step, { do: 'create' | 'change' }>,
  { rights, janitor }: ClusterManifests,
): Promise<{ becomes: Manifest } | { refusal: string }> {
  // A binding can't be tried before the role that it names exists.
  const namesNewRole =
    step.do === 'create' && 'roleRef' in step.object && [...rights, ...janitor].includes(step.object);
  if (namesNewRole) return { becomes: step.object };
  const call = step.do === 'create' ? writes.apply(step.object, true) : writes.replace(step.object, true);
  const { status, body } = await api(call);
  if (status >= 200 && status < 300) return { becomes: body };
  const attempt = step.do === 'create' ? 'created' : 'changed';
  return { refusal: `${nameOf(step.object)} can't be ${attempt}: ${body?.message ?? status}` };
}
