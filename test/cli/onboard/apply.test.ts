/** The order in which a plan is carried out, and what it does when the fences do not take. */
import { expect, test } from 'vitest';
import { manifestsFor } from '#cluster/manifests.ts';
import { offerOn } from '#cluster/offer.ts';
import { ClusterUnfenced } from '#domain/errors.ts';
import { applyPlan } from '../../../cli/onboard/apply.ts';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { forgedGrant } from '../../../cli/onboard/tries.ts';
import { aCatalog } from '../../builders/catalog.ts';

const catalog = aCatalog();
const { fences, roles, rights } = manifestsFor(catalog, 'payments-prod', 'curfew', undefined);
const steps = [...fences, ...roles, ...rights].map((object) => ({ do: 'create', object }) as const);
const [role] = offerOn(catalog, 'payments-prod');
if (!role) throw new Error('nothing is offered');
const forbidden = forgedGrant(role, 'curfew');

/** An API that takes everything, and refuses the forged grant from the `refusals`th try on. */
function clusterThatRefuses(from: number) {
  const calls: KubernetesCall[] = [];
  let tries = 0;
  const api = async (call: KubernetesCall) => {
    calls.push(call);
    if (!call.path.includes('dryRun=All')) return { status: 201, body: {} };
    tries++;
    const message = "ValidatingAdmissionPolicy 'curfew-grant-forgery' denied request";
    return tries >= from ? { status: 422, body: { message } } : { status: 201, body: {} };
  };
  return { api, calls };
}
const isRight = ({ path }: KubernetesCall) =>
  /\/(cluster)?role(binding)?s\//.test(path) && !path.includes('dryRun');

test('the fences come first, are waited for, and only then come roles and rights', async () => {
  const { api, calls } = clusterThatRefuses(3);
  await applyPlan(api, steps, forbidden, () => {}, { withinMs: 5_000, everyMs: 1 });
  const order = calls.map((call) =>
    call.path.includes('dryRun') ? 'try' : call.path.includes('validatingadmission') ? 'fence' : 'right',
  );
  expect(order.filter((what, i) => what !== order[i - 1])).toEqual(['fence', 'try', 'right']);
  expect(order.filter((what) => what === 'try')).toHaveLength(3);
  expect(calls.filter(isRight)).toHaveLength(roles.length + rights.length);
});

test('on a cluster that does not enforce the fences, no right is given', async () => {
  const { api, calls } = clusterThatRefuses(Number.POSITIVE_INFINITY);
  const done = applyPlan(api, steps, forbidden, () => {}, { withinMs: 20, everyMs: 1 });
  await expect(done).rejects.toThrow(ClusterUnfenced);
  expect(calls.filter(isRight)).toEqual([]);
});
