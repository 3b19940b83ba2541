/** Grants of a ClusterRole that isn't ours: it is looked at when it is asked for, when it is given, right before it is bound, and while it lasts. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { Unavailable } from '#domain/errors.ts';
import { bindRole } from '#operations/bind-role.ts';
import { openGrant } from '#operations/open-grant.ts';
import { simulateRequest } from '#operations/simulate-request.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { haveView, offerViewer, reads, widenView } from '../builders/foreign-role.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { breaches, leftovers, standingBindings } from './world-view.ts';

function aWorldWithView(changes: object = {}) {
  const world = aWorld({ catalog: aCatalog((catalog) => offerViewer(catalog, changes)) });
  const machine = new Machine(world);
  const cluster = world.clusterOf('payments-prod');
  haveView(cluster);
  return { world, machine, cluster };
}
const viewer = { role: 'viewer', seconds: 1800 };
const submission = {
  cluster: 'payments-prod',
  namespaces: ['payments'],
  role: 'viewer',
  duration: 60,
  reason: 'Checkout is slow',
};
const asked = async (world: MemoryWorld, machine: Machine) => {
  const request = await ask(world, 'alice', viewer);
  await machine.run();
  return request;
};
const sweep = (world: MemoryWorld) =>
  sweepCluster(world, {
    v: 1,
    cluster: { eksName: 'payments-prod', region: 'us-east-1' },
    at: world.inside.clock.now(),
  });

describe('a ClusterRole that is not ours', () => {
  it('is shown to its reviewers as it stands, bound under its own name, and taken away again', async () => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    expect(request.resolved).toMatchObject({
      clusterRole: 'view',
      rules: [reads('pods'), reads('services')],
    });
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
    const [binding] = [...cluster.roleBindings.values()];
    expect(binding?.roleRef).toMatchObject({ kind: 'ClusterRole', name: 'view' });
    await machine.pass(1801);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await breaches(world)).toEqual([]);
    expect(await leftovers(world)).toEqual([]);
  });

  it('is looked at for a dry run too, and nothing is written', async () => {
    const { world, cluster } = aWorldWithView();
    const caller = aCaller('alice');
    const simulate = () => simulateRequest(world, { caller, submission });
    expect((await simulate()).decision.outcome).toBe('review');
    widenView(cluster, { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] });
    const { decision, resolved } = await simulate();
    expect(decision.reasons.join()).toMatch(/E17-exec/);
    expect(resolved.rules.flatMap(({ resources }) => resources)).toContain('pods/exec');
    expect(world.inside.records.requests.size).toBe(0);
  });

  it('is refused where it can escalate, is missing, or can not be looked at', async () => {
    const { world, cluster } = aWorldWithView();
    const submit = () => submitRequest(world, { caller: aCaller('alice'), submission });
    widenView(cluster, { apiGroups: [''], resources: ['secrets'], verbs: ['get'] });
    await expect(submit()).rejects.toThrow(/E08-get-secrets/);
    cluster.clusterRoles.delete('view');
    await expect(submit()).rejects.toThrow(/has no ClusterRole "view"/);
    cluster.reachable = false;
    await expect(submit()).rejects.toBeInstanceOf(Unavailable);
    world.inside.clusterLeg.survey = async () => ({ grants: [] });
    await expect(submit()).rejects.toBeInstanceOf(Unavailable);
  });

  it('that allows more between approval and grant is asked for again, as it is now', async () => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    await answerByMail(world, request);
    widenView(cluster);
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    expect(standingBindings(world)).toEqual([]);
    const anew = await world.inside.records.read(request.id);
    expect(anew?.history.at(-1)?.reason).toMatch(/ClusterRole "view" of the cluster changed/);
    expect(anew?.resolved.rules).toContainEqual(reads('configmaps'));
    expect(anew?.digest).not.toBe(request.digest);
    await answerByMail(world, request);
    await machine.run();
    expect(await statusOf(world, request)).toBe('active');
  });

  it('that can escalate by then is denied', async () => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    await answerByMail(world, request);
    widenView(cluster, { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] });
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
    expect((await world.inside.records.read(request.id))?.history.at(-1)?.reason).toMatch(/E17-exec/);
  });

  it('is what the organisation judges when it is given, as it is now', async () => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    await answerByMail(world, request);
    widenView(cluster);
    await machine.run();
    const told = world.inside.organisation.judged.map(({ role }) => role.rules.length);
    expect(told).toEqual([2, 3]);
  });

  it.each<[string, (cluster: ReturnType<typeof aWorldWithView>['cluster']) => void]>([
    ['allows more', (cluster) => widenView(cluster)],
    ['allows less', ({ clusterRoles }) => void clusterRoles.delete('more-of-view')],
    ['is gone', ({ clusterRoles }) => void clusterRoles.delete('view')],
  ])('that %s between the plan and the RoleBinding is not bound', async (_, change) => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    machine.running = false;
    await answerByMail(world, request);
    const plan = await openGrant(world, { requestId: request.id });
    change(cluster);
    await expect(bindRole(world, plan)).rejects.toMatchObject({ name: 'ClusterNotReady' });
    expect(standingBindings(world)).toEqual([]);
  });

  it('is compared last of all, right before the RoleBinding is made', async () => {
    const { world, machine } = aWorldWithView();
    const request = await asked(world, machine);
    machine.running = false;
    await answerByMail(world, request);
    const plan = await openGrant(world, { requestId: request.id });
    world.faults.calls.length = 0;
    await bindRole(world, plan);
    expect(world.faults.calls.filter((point) => point.startsWith('cluster.')).slice(0, 4)).toEqual([
      'cluster.connect',
      'cluster.refusesForbidden',
      'cluster.surveyRole',
      'cluster.createRoleBinding',
    ]);
  });

  it('that allows more while it is granted ends the grant at the next look, and with less it goes on', async () => {
    const { world, machine, cluster } = aWorldWithView();
    const request = await asked(world, machine);
    await answerByMail(world, request);
    await machine.run();
    world.inside.clock.advance(120_000);
    cluster.clusterRoles.delete('more-of-view');
    expect(await sweep(world)).toMatchObject({ ended: [], drift: [], failed: [] });
    widenView(cluster);
    expect(await sweep(world)).toMatchObject({ ended: [request.id], failed: [] });
    expect(standingBindings(world)).toEqual([]);
    const { endRequested, status } = (await world.inside.records.read(request.id)) ?? {};
    expect(status).toBe('revoked');
    expect(endRequested?.reason).toMatch(/ClusterRole view allows something else/);
  });

  it('is not looked at again for a grant of ours', async () => {
    const { world, machine } = aWorldWithView();
    await ask(world, 'alice', { seconds: 1800 });
    await machine.run();
    world.inside.clusterLeg.survey = async ({ roles }) => {
      throw new Error(`Nobody asks for ${roles}.`);
    };
    await submitRequest(world, { caller: aCaller('bob'), submission: { ...submission, role: 'pod-reader' } });
  });
});
