/** The tries of onboarding change nothing on a real API server, whether or not anything refuses them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rbac } from '#cluster/manifest.ts';
import { offerOn } from '#cluster/offer.ts';
import { readObject, writes } from '../../../cli/onboard/cluster-objects.ts';
import { triedFence, triesFor } from '../../../cli/onboard/tries.ts';
import { catalogOf, deployment, startTestCluster, type TestCluster } from './cluster.ts';
import { admission, everything, run } from './looks.ts';

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout');
});
afterAll(() => on?.stop());

const object = {
  apiVersion: `${rbac}/v1`,
  kind: 'Role',
  metadata: { name: 'tried', namespace: 'payments', labels: {} },
};

test('a create, a replace and a delete that are only tried are answered, and not done', async () => {
  expect((await on.api(writes.create(object, true))).status).toBe(201);
  expect(await readObject(on.api, object)).toBeUndefined();

  await on.must(writes.create(object, false));
  const standing = await readObject(on.api, object);
  if (!standing) throw new Error('It was created a moment ago.');
  const labels = { team: 'payments' };
  const changed = { ...standing, metadata: { ...standing.metadata, labels } };
  expect((await on.api(writes.replace(changed, true))).status).toBe(200);
  expect((await on.api(writes.remove(standing, true))).status).toBe(200);
  expect(await readObject(on.api, object)).toEqual(standing);

  await on.must(writes.remove(standing, false));
  expect(await readObject(on.api, object)).toBeUndefined();
});

test('what is tried stays undone while the fences that would refuse it are not up yet', async () => {
  await run(on);
  await on.must({ method: 'DELETE', path: `${admission}/validatingadmissionpolicybindings` });
  const before = await everything(on);
  const [role] = offerOn(catalogOf(), 'payments-prod');
  if (!role) throw new Error('nothing is offered');
  const tries = triesFor(role, deployment.id);
  const letThrough = async () => {
    const tried = [];
    for (const one of tries) tried.push(await triedFence(on.api, one));
    return tried.filter(({ asExpected }) => !asExpected).length;
  };
  await expect.poll(letThrough, { timeout: 20_000 }).toBeGreaterThan(8);
  expect(await everything(on)).toEqual(before);
});
