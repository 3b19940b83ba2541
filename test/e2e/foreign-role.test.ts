/** A role that is Kubernetes' own `view`: read from the cluster, shown, used, and never given for more than was approved. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SignedPlan } from '#domain/plan.ts';
import { signedPlan } from '#domain/step-input.ts';
import type { RequestView } from '#http/request-view.ts';
import { linkIn } from '#local/reviewer.ts';
import { admin, bindingsOf, invoke, outputOf } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { approveByMail, ask, askArgs, mailAbout, mayGet, untilStatus } from './steps.ts';

const viewer = { role: 'viewer', duration: '5m' };
const name = 'brought-by-an-operator';

/** As an operator does that brings its own kinds: `view` takes it over from now on. */
async function widen(by: E2ePerson, rule: object): Promise<void> {
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
    rules: [rule],
  };
  const { code, stderr } = await admin(by.cloud, ['apply', '-f', '-'], { input: JSON.stringify(role) });
  if (code !== 0) throw new Error(stderr);
}
const narrow = (by: E2ePerson) => admin(by.cloud, ['delete', 'clusterrole', name, '--ignore-not-found']);

const widgets = { apiGroups: ['example.com'], resources: ['widgets'], verbs: ['get', 'list'] };
const shells = { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] };
const resourcesOf = ({ resolved }: RequestView) => resolved.rules.flatMap(({ resources }) => resources);

describe('A ClusterRole that is not ours', () => {
  let vera: E2ePerson;
  let reviewer: E2ePerson;
  beforeAll(async () => {
    [vera, reviewer] = await Promise.all([aPerson('vera'), aPerson('rita')]);
  });
  afterAll(() => narrow(vera));

  describe('that stays as it is', () => {
    let request: RequestView;
    let plan: SignedPlan;

    test('is shown to its reviewer as the cluster has it, and works as approved', async () => {
      request = await ask(vera, viewer);
      expect(request.resolved.clusterRole).toBe('view');
      expect(resourcesOf(request)).toEqual(expect.arrayContaining(['configmaps', 'pods/log', 'deployments']));
      const page = await (await fetch(linkIn(await mailAbout(vera.cloud, request.id)))).text();
      expect(page).toMatch(/Read config maps/);
      expect(page).toMatch(/by ClusterRole view of the cluster as it stands now/);
      await approveByMail(vera.cloud, request.id);
      await untilStatus(vera, request.id, 'active');
      expect(await mayGet(vera, 'configmaps')).toBe('yes');
      expect(await mayGet(vera, 'secrets')).toBe('forbidden');
      expect(await mayGet(vera, 'configmaps', 'platform')).toBe('forbidden');
    });

    test('is not bound once it has come to allow more, by a plan that is good otherwise', async () => {
      plan = signedPlan.parse(await outputOf(vera.cloud, request.id, 'OpenGrant'));
      expect(await invoke(vera.cloud, 'BindRole', plan)).toHaveProperty('result.bindings');
      await widen(vera, widgets);
      expect(await invoke(vera.cloud, 'BindRole', plan)).toMatchObject({
        error: 'ClusterNotReady',
        message: expect.stringContaining('ClusterRole view on payments-prod is not what was approved'),
      });
      await narrow(vera);
      await vera.api.revoke(request.id, 'end of the test');
      await untilNothingStands(vera, request.id, 'revoked');
    });
  });

  test('that came to allow more since it was shown is asked for again, as it is now', async () => {
    const request = await ask(vera, viewer);
    await widen(vera, widgets);
    await approveByMail(vera.cloud, request.id);
    const again = await untilAskedAgain(vera, request);
    expect(again.history.at(-1)?.reason).toMatch(/ClusterRole "view" of the cluster changed/);
    expect(resourcesOf(again)).toContain('widgets');
    expect(await bindingsOf(vera.cloud, request.id)).toEqual([]);
    await reviewer.api.review(request.id, { answer: 'approve', digest: again.digest });
    await untilStatus(vera, request.id, 'active');
    await vera.api.revoke(request.id, 'end of the test');
    await untilNothingStands(vera, request.id, 'revoked');
    await narrow(vera);
  });

  test('that is a ladder by now is refused, by its name, before anything is asked of anybody', async () => {
    await widen(vera, shells);
    const dry = await vera.terminal.run('curfew', ['request', ...askArgs(vera, viewer), '--dry-run']);
    expect(dry.stdout + dry.stderr).toMatch(/E17-exec/);
    await expect(ask(vera, viewer)).rejects.toThrow(/can run commands inside running pods.*E17-exec/s);
    await narrow(vera);
  });
});

async function untilAskedAgain(person: E2ePerson, { id, digest }: RequestView): Promise<RequestView> {
  await expect
    .poll(async () => (await person.api.show(id)).request, { timeout: 60_000 })
    .toMatchObject({ status: 'pending', digest: expect.not.stringMatching(digest) });
  return (await person.api.show(id)).request;
}
