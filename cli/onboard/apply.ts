/** Carries out a plan: fences first, rights last, so that the broker never holds rights on a cluster without fences. */
import { setTimeout as sleep } from 'node:timers/promises';
import { nameOf } from '#cluster/manifest.ts';
import { ClusterUnfenced } from '#domain/errors.ts';
import { expectOk, writes } from './cluster-objects.ts';
import type { KubernetesApi } from './kubernetes-call.ts';
import { asApplied, type Step } from './plan.ts';
import { type Try, triedFence } from './tries.ts';

const fenceKinds = new Set(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);

/** API servers take up new policies in the order in which they are written, within seconds: what is waited for is written last. */
const patience = { withinMs: 60_000, everyMs: 250 };

/** Throws ClusterUnfenced when the fences are in place but don't refuse `forbidden` in time; no rights are given then. */
export async function applyPlan(
  api: KubernetesApi,
  steps: readonly Step[],
  forbidden: Try,
  tell: (line: string) => void,
  { withinMs, everyMs } = patience,
): Promise<void> {
  const isFence = ({ object, do: verb }: Step) => fenceKinds.has(object.kind) && verb !== 'remove';
  const fences = steps.filter(isFence);
  for (const step of fences) await carryOut(api, step);
  if (fences.length > 0) {
    tell('Waiting until the cluster enforces the fences (a few seconds) …');
    await waitForFences(api, forbidden, withinMs, everyMs);
  }
  for (const step of steps) if (!isFence(step)) await carryOut(api, step);
}

/** One step, as the plan says. What is to be removed and is gone already is no failure. */
export async function carryOut(api: KubernetesApi, step: Step): Promise<void> {
  const { object } = step;
  switch (step.do) {
    case 'create':
      expectOk(await api(writes.apply(object, false)), `create ${nameOf(object)}`);
      return;
    case 'change':
      expectOk(
        await api(
          step.by === 'apply' ? writes.apply(asApplied(step), false, true) : writes.replace(object, false),
        ),
        `change ${nameOf(object)}`,
      );
      return;
    case 'remove': {
      const answer = await api(writes.remove(step.object, false));
      if (answer.status !== 404) expectOk(answer, `remove ${nameOf(object)}`);
      return;
    }
    case 'leave':
  }
}

async function waitForFences(
  api: KubernetesApi,
  forbidden: Try,
  withinMs: number,
  everyMs: number,
): Promise<void> {
  const until = Date.now() + withinMs;
  while (!(await triedFence(api, forbidden)).asExpected) {
    if (Date.now() >= until) {
      throw new ClusterUnfenced(
        `The fences were put up, but the cluster does not enforce them after ${withinMs / 1000} s: it takes what must be refused (${forbidden.what}). ` +
          'No rights were given to Curfew. Look at `kubectl get validatingadmissionpolicybindings`, and run this again.',
      );
    }
    await sleep(everyMs);
  }
}
