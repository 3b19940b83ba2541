/** Taking a real API server off: everything goes, unless a grant stands, and then nothing that ends it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import { ClusterNotReady, StillStanding } from '#domain/errors.ts';
import { offboard } from '../../../cli/onboard/offboard.ts';
import { isNothing, onboard } from '../../../cli/onboard/onboard.ts';
import { task } from '../fences/fenced-cluster.ts';
import { catalogOf, startTestCluster, type TestCluster } from './cluster.ts';
import {
  clear,
  clusterRoles,
  fail,
  names,
  rbac,
  refusal,
  rightsOf,
  run,
  silent,
  standing,
  standingGrant,
  yes,
} from './looks.ts';

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout');
});
afterAll(() => on?.stop());
beforeEach(async () => {
  await clear(on);
  await run(on);
});

const { podReader } = clusterRoles(catalogOf());
const entered = [...brokerUsers].sort();
const usernames = () => [...on.onboarding().entries.entries.values()].map(({ username }) => username).sort();

describe('A cluster without grants', () => {
  test('keeps nothing of ours but its namespace, which is named, and takes everything again', async () => {
    const removed = await offboard(on.onboarding(), false, yes);
    expect(removed.done).toBe(true);
    expect(names(removed.steps.filter((step) => step.do === 'leave'))).toEqual([
      'leave Namespace curfew-system',
    ]);
    expect(await standing(on)).toEqual(['Namespace curfew-system']);
    expect(usernames()).toEqual([]);
    const again = await offboard(on.onboarding(), false, fail);
    expect(again).toMatchObject({ done: true, entries: [] });
    expect((await run(on)).done).toBe(true);
  });

  test('keeps everything without a yes', async () => {
    const before = await standing(on);
    expect((await offboard(on.onboarding(), false, async () => false)).done).toBe(false);
    expect(await standing(on)).toEqual(before);
    expect(usernames()).toEqual(entered);
  });

  test('keeps what others made, or another deployment, and an access entry that is no more ours', async () => {
    const { entries, ...rest } = on.onboarding();
    const foreign = { username: 'ops', groups: [], type: 'STANDARD', policies: [] };
    entries.entries.set(rest.deployment.surveyClusterArn, foreign);
    const other = { ...rest, entries, deployment: { ...rest.deployment, id: 'staging' } };
    const before = await standing(on);
    await offboard({ ...other, entries: { ...entries, find: async () => undefined } as never }, false, fail);
    expect(await standing(on)).toEqual(before);
    await offboard(on.onboarding(), false, yes);
    expect(usernames()).toEqual(['ops']);
  });
});

describe('While a grant stands', () => {
  let grant: string;
  beforeEach(async () => {
    grant = await standingGrant(on, podReader, 'payments');
  });

  test('it is refused, with the grant, its end and both ways on', async () => {
    const before = await standing(on);
    const error = await refusal(offboard(on.onboarding(), false, fail));
    expect(error).toBeInstanceOf(ClusterNotReady);
    expect(error.message).toMatch(/payments\/curfew-01kag\w+ \(until \d{4}-/);
    expect(error.message).toContain('curfew kill --cluster payments-prod');
    expect(await standing(on)).toEqual(before);
  });

  test('by force no more are made, what ends it stays, fences too, and the rest goes when it is over', async () => {
    const removed = await offboard(on.onboarding(), true, yes);
    expect(removed.live).toEqual([expect.objectContaining({ namespace: 'payments' })]);
    const gone = names(removed.steps.filter((step) => step.do === 'remove'));
    expect(gone).toContain(`remove RoleBinding payments ${bindRoleUser}`);
    expect(gone).toContain(`remove RoleBinding payments ${defineRoleUser}`);
    const makes = [bindRoleUser, defineRoleUser, 'ClusterRole curfew:'];
    expect(gone.filter((line) => !makes.some((word) => line.includes(word)))).toEqual([]);
    expect(gone.join()).not.toContain(podReader);
    expect(usernames()).toEqual([surveyClusterUser, unbindRoleUser]);
    await expect.poll(() => rightsOf(on, bindRoleUser, 'payments'), { timeout: 20_000 }).toEqual([]);
    const edited = await on.must({ method: 'GET', path: grant });
    edited.subjects[0].name += 'x';
    expect((await on.api({ method: 'PUT', path: grant, body: edited })).status).toBe(422);

    expect((await refusal(offboard(on.onboarding(), false, fail))).message).toContain('a grant stands');
    await on.must({ method: 'DELETE', path: grant, as: unbindRoleUser });
    await offboard(on.onboarding(), false, yes);
    expect(await standing(on)).toEqual(['Namespace curfew-system']);
    expect(usernames()).toEqual([]);
  });

  test('so it is while only the Role of a task stands, which what revokes has to remove', async () => {
    await on.must({ method: 'DELETE', path: grant, as: unbindRoleUser });
    const { role } = task();
    const path = await on.must({
      method: 'POST',
      path: `${rbac}/namespaces/payments/roles`,
      body: role,
      as: defineRoleUser,
    });
    const error = await refusal(offboard(on.onboarding(), false, fail));
    expect(error.message).toContain(`payments/${path.metadata.name} (until 20`);
    await on.must({
      method: 'DELETE',
      path: `${rbac}/namespaces/payments/roles/${path.metadata.name}`,
      as: unbindRoleUser,
    });
  });

  test('and by force a second time there is nothing to do, but onboarding opens the door again', async () => {
    await offboard(on.onboarding(), true, yes);
    expect((await offboard(on.onboarding(), true, fail)).done).toBe(true);
    await run(on);
    expect(isNothing(await onboard(on.onboarding(), fail, silent))).toBe(true);
    expect(usernames()).toEqual(entered);
  });
});

test('a grant that slips in while the door is shut stops the rest, and can be ended', async () => {
  const before = await standing(on);
  const { entries, ...rest } = on.onboarding();
  let grant = '';
  const racing = {
    find: entries.find.bind(entries),
    create: entries.create.bind(entries),
    async remove(arn: string) {
      grant ||= await standingGrant(on, podReader, 'payments');
      await entries.remove(arn);
    },
  };
  const error = await refusal(offboard({ ...rest, entries: racing }, false, yes));
  expect(error).toBeInstanceOf(StillStanding);
  const kept = await standing(on);
  expect(before.filter((line) => !kept.includes(line))).toEqual(
    before.filter((line) => line.endsWith(bindRoleUser) || line.endsWith(defineRoleUser)),
  );
  await on.must({ method: 'DELETE', path: grant, as: unbindRoleUser });
});
