/** A grant that is for one task: a Role of its own within its role's bounds, made before it is bound, gone after it. */
import { describe, expect, it } from 'vitest';
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { rulesDigest } from '#domain/cluster-role.ts';
import { after as plus } from '#domain/instant.ts';
import type { SignedPlan } from '#domain/plan.ts';
import { type AccessRequest, requestDigest } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { type TaskRole, taskRolesOf } from '#domain/task-role.ts';
import { bindRole } from '#operations/bind-role.ts';
import { defineRole } from '#operations/define-role.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { killGrants } from '#operations/kill-grants.ts';
import { orderKill } from '#operations/kill-orders.ts';
import { openGrant } from '#operations/open-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { simulateRequest } from '#operations/simulate-request.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { aCaller } from '../builders/caller.ts';
import { aCatalog } from '../builders/catalog.ts';
import { haveView, offerViewer } from '../builders/foreign-role.ts';
import { aRecord } from '../builders/request.ts';
import { aWorld, stored } from '../builders/world.ts';
import { aDoor } from '../http/signed-call.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask, statusOf } from './story.ts';
import { leftovers, standingBindings, standingRoles } from './world-view.ts';

const allow = ['get,list pods', 'get pods/log web-7d9'];
const rules: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] },
  { apiGroups: [''], resources: ['pods/log'], resourceNames: ['web-7d9'], verbs: ['get'] },
];
const everything: PolicyRule[] = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const cluster = { eksName: 'payments-prod', region: 'us-east-1' };
const placeOf = ({ id }: AccessRequest, namespace = 'payments') => `${namespace}/curfew-${id.toLowerCase()}`;

async function granted(world: MemoryWorld, machine: Machine, seconds = 60) {
  const request = await ask(world, 'alice', { seconds, allow });
  await machine.run();
  await answerByMail(world, request);
  await machine.run();
  expect(await statusOf(world, request)).toBe('active');
  return request;
}

async function aGrant(seconds?: number) {
  const world = aWorld();
  const machine = new Machine(world);
  const request = await granted(world, machine, seconds);
  const { roles, roleBindings } = world.clusterOf('payments-prod');
  return { world, machine, request, roles, roleBindings };
}

/** A plan for two namespaces, as OpenGrant signs it. */
async function planned(asked: Partial<AccessRequest['asked']> = { allow }) {
  const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
  const { id } = await stored(world.inside.records, {
    status: 'approved',
    asked: { namespaces: ['checkout', 'payments'], ...asked },
  });
  const { roles, roleBindings } = world.clusterOf('payments-prod');
  return { world, roles, roleBindings, signed: await openGrant(world, { requestId: id }) };
}

describe('a request that names what it needs', () => {
  it('gets a Role of its own with exactly that, bound, and both are gone when its time is up', async () => {
    const { world, machine, request, roles, roleBindings } = await aGrant();
    expect(machine.trace).toEqual(['OpenGrant', 'BindRole', 'DefineRole', 'BindRole', 'HoldGrant']);
    const key = placeOf(request);
    expect(roles.get(key)?.rules).toEqual(rules);
    expect(roles.get(key)?.metadata.annotations[marks.within]).toBe(request.resolved.clusterRole);
    expect(roleBindings.get(key)?.roleRef).toMatchObject({ kind: 'Role', name: key.split('/')[1] });
    await machine.pass(62);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
    expect(standingRoles(world)).toEqual([]);
  });

  it('is answered for by the rules of the task, which its digest covers', async () => {
    const { request } = await aGrant();
    expect(request.resolved.task?.rules).toEqual(rules);
    const whole = await ask(aWorld(), 'alice');
    expect(whole.resolved.task).toBeUndefined();
    expect(whole.digest).not.toBe(request.digest);
  });

  it('is extended as it is, and not by more', async () => {
    const { world, request } = await aGrant(600);
    const { request: next } = await extendGrant(world, {
      caller: aCaller('alice'),
      id: request.id,
      durationSeconds: 600,
    });
    expect(next.asked.allow).toEqual(request.asked.allow);
    expect(next.resolved.task).toEqual(request.resolved.task);
  });

  it('is refused what its role does not cover, and whoever asks is told what it does', async () => {
    const world = aWorld();
    const refused = ask(world, 'alice', { allow: ['get,delete pods'] });
    await expect(refused).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('Role pod-reader lets one get, list, watch pods; not delete'),
    });
    const [record] = world.inside.records.requests.values();
    expect(record).toMatchObject({ status: 'denied', resolved: { clusterRole: '', rules: [] } });
  });

  it.each([
    ['only', undefined, 'never given as a whole'],
    ['never', ['get pods'], 'only given as it is'],
  ] as const)('of a role whose tasks are "%s" is refused for %s', async (tasks, wanted, words) => {
    const catalog = aCatalog(({ roles }) => {
      if (roles['pod-reader']) roles['pod-reader'].tasks = tasks;
    });
    const simulate = (some: readonly string[] | undefined) =>
      simulateRequest(aWorld({ catalog }), {
        caller: aCaller('alice'),
        submission: {
          ...{ cluster: 'payments-prod', namespaces: ['payments'], role: 'pod-reader', duration: 60 },
          reason: 'Checkout is slow',
          ...(some ? { allow: [...some] } : {}),
        },
      });
    const { decision } = await simulate(wanted);
    expect(decision).toMatchObject({ outcome: 'refuse', matched: ['task'] });
    expect(decision.reasons.join()).toContain(words);
    expect((await simulate(wanted ? undefined : ['get pods'])).decision.outcome).toBe('review');
  });

  it("is refused of a ClusterRole that isn't Curfew's, whose bounds no fence knows", async () => {
    const world = aWorld({ catalog: aCatalog((catalog) => offerViewer(catalog)) });
    haveView(world.clusterOf('payments-prod'));
    new Machine(world);
    await expect(ask(world, 'alice', { role: 'viewer', allow: ['get pods'] })).rejects.toMatchObject({
      name: 'RequestRefused',
      message: expect.stringContaining('only given as it is'),
    });
    expect((await ask(world, 'alice', { role: 'viewer' })).status).toBe('pending');
    const { roles } = await (await aDoor(world).get('/v1/catalog', aCaller('alice'))).json();
    expect(roles.map(({ name, tasks }: { name: string; tasks: string }) => [name, tasks])).toContainEqual([
      'viewer',
      'never',
    ]);
  });

  it('still needs the reviews and the ticket of its role, and its risk is that of the task', async () => {
    const catalog = aCatalog(({ roles }) => {
      roles.deployer?.rules?.push({ apiGroups: [''], resources: ['pods'], verbs: ['get'] });
    });
    const submission = {
      ...{ cluster: 'payments-prod', namespaces: ['payments'], role: 'deployer', duration: 60 },
      reason: 'Checkout is slow',
    };
    const caller = aCaller('alice');
    const decide = async (more: { allow?: string[]; ticket?: string }) =>
      (await simulateRequest(aWorld({ catalog }), { caller, submission: { ...submission, ...more } }))
        .decision;
    expect(await decide({ allow: ['get pods'] })).toMatchObject({ outcome: 'refuse', matched: ['ticket'] });
    const whole = await decide({ ticket: 'INC-1' });
    const task = await decide({ ticket: 'INC-1', allow: ['get pods'] });
    expect(task.reviews).toEqual(whole.reviews);
    const names = ({ risk }: typeof whole) => risk.factors.map(({ name }) => name);
    expect(names(whole)).toContain('changes');
    expect(names(task)).not.toContain('changes');
  });

  it('is asked again when its role has changed since, though the task would still lie within it', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { allow });
    await machine.run();
    await answerByMail(world, request);
    world.catalog.roles['pod-reader']?.rules?.push({
      apiGroups: [''],
      resources: ['events'],
      verbs: ['get'],
    });
    await machine.run();
    expect(await statusOf(world, request)).toBe('pending');
    expect(standingRoles(world)).toEqual([]);
  });

  it('is denied when its role does not cover the task any more', async () => {
    const world = aWorld();
    const machine = new Machine(world);
    const request = await ask(world, 'alice', { allow });
    await machine.run();
    await answerByMail(world, request);
    const role = world.catalog.roles['pod-reader'];
    if (role) role.rules = [{ apiGroups: [''], resources: ['services'], verbs: ['get'] }];
    await machine.run();
    expect(await statusOf(world, request)).toBe('denied');
  });

  it('is asked again when it comes to something else than what was approved, though the role is the same', async () => {
    const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
    const approved = aRecord({ status: 'approved', asked: { allow } }).request;
    const once = { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] };
    const resolved = { ...approved.resolved, task: { ...once, rulesDigest: rulesDigest(once.rules) } };
    const digest = requestDigest({ ...approved, resolved });
    const reviews = approved.reviews.map((review) => ({ ...review, digest }));
    const { id } = await stored(world.inside.records, {
      ...{ id: approved.id, status: 'approved', asked: { allow } },
      changes: { resolved, digest, reviews },
    });
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'AskedAgain' });
    expect((await world.inside.records.read(id))?.resolved.task?.rules).toEqual(rules);
  });

  it('never gets the whole role instead, whatever its record has lost', async () => {
    const world = aWorld({ now: '2026-11-21T08:00:05.000Z' });
    const { id } = await stored(world.inside.records, { status: 'granting', asked: { allow } });
    const record = world.inside.records.requests.get(id);
    if (record) delete record.resolved.task;
    await expect(openGrant(world, { requestId: id })).rejects.toMatchObject({ name: 'PlanRefused' });
  });
});

describe('DefineRole', () => {
  const refused = async (
    { world, roles }: Awaited<ReturnType<typeof planned>>,
    signed: SignedPlan,
    name: string,
  ) => {
    await expect(defineRole(world, signed)).rejects.toMatchObject({ name });
    expect([...roles.keys()]).toEqual([]);
  };

  it('makes one Role for each namespace of the plan, and again with the same result', async () => {
    const { world, signed, roles } = await planned();
    expect(await defineRole(world, signed)).toEqual({ roles: 2 });
    const made = structuredClone([...roles]);
    expect(await defineRole(world, signed)).toEqual({ roles: 2 });
    expect([...roles]).toEqual(made);
    expect(standingBindings(world)).toEqual([]);
  });

  it('takes only a plan that OpenGrant signed, of its own deployment, in time', async () => {
    const given = await planned();
    const { world, signed } = given;
    await refused(given, { ...signed, plan: { ...signed.plan, task: { rules: everything } } }, 'PlanRefused');
    await refused(given, await world.signer.sign({ ...signed.plan, deployment: 'other' }), 'PlanRefused');
    world.inside.clock.advance(60_000);
    await refused(given, signed, 'PlanRefused');
  });

  it('refuses a plan that is for no task', async () => {
    const given = await planned({});
    await refused(given, given.signed, 'PlanRefused');
  });

  it('makes nothing on a cluster that does not refuse what it must', async () => {
    const given = await planned();
    given.world.clusterOf('payments-prod').fenced = false;
    await refused(given, given.signed, 'ClusterUnfenced');
  });

  it('is refused by the fences what its bounds do not cover, though it was signed', async () => {
    const given = await planned();
    const { plan } = given.signed;
    const wider = await given.world.signer.sign({ ...plan, task: { rules: everything } });
    await refused(given, wider, 'PlanRefused');
  });

  it('counts nothing as made that it can not read back', async () => {
    const { world, signed } = await planned();
    const connect = world.cluster.connect.bind(world.cluster);
    world.cluster.connect = async (address) => {
      const session = await connect(address);
      session.readRole = async () => undefined;
      return session;
    };
    await expect(defineRole(world, signed)).rejects.toMatchObject({ name: 'StillStanding' });
  });
});

const otherRoles: [string, (wanted: TaskRole) => Partial<TaskRole>][] = [
  ['with other rules', () => ({ rules: everything })],
  ['without our marks', ({ metadata }) => ({ metadata: { ...metadata, labels: {} } })],
  [
    'of another deployment',
    ({ metadata }) => ({
      metadata: { ...metadata, labels: { ...metadata.labels, [marks.deployment]: 'other' } },
    }),
  ],
  [
    'with a later end',
    ({ metadata }) => ({
      metadata: {
        ...metadata,
        annotations: { ...metadata.annotations, [marks.expiresAt]: '2027-01-01T00:00:00.000Z' },
      },
    }),
  ],
];

describe('a Role that stands under the name of the grant', () => {
  it.each(otherRoles)('%s is neither taken for its own nor bound', async (_, changes) => {
    const { world, signed, roles, roleBindings } = await planned();
    for (const wanted of taskRolesOf(signed.plan)) {
      const theirs = { ...wanted, ...changes(wanted) };
      const { namespace, name } = wanted.metadata;
      roles.set(`${namespace}/${name}`, { ...theirs, metadata: { ...theirs.metadata, uid: 'uid-theirs' } });
    }
    const before = structuredClone([...roles]);
    await expect(defineRole(world, signed)).rejects.toMatchObject({ name: 'PlanRefused' });
    await expect(bindRole(world, signed)).rejects.toMatchObject({ name: 'PlanRefused' });
    expect(roleBindings.size).toBe(0);
    expect([...roles]).toEqual(before);
  });

  it('is missed by BindRole in any of the namespaces, before anything is bound', async () => {
    const { world, signed, roles, roleBindings } = await planned();
    await expect(bindRole(world, signed)).rejects.toMatchObject({ name: 'RoleUndefined' });
    await defineRole(world, signed);
    const [, last = ''] = [...roles.keys()];
    roles.delete(last);
    await expect(bindRole(world, signed)).rejects.toMatchObject({ name: 'RoleUndefined' });
    expect(roleBindings.size).toBe(0);
  });
});

describe('the end', () => {
  it('takes the Role after its RoleBinding, and counts from the RoleBinding', async () => {
    const { world, request, roles, roleBindings } = await aGrant();
    const order: string[] = [];
    const connect = world.cluster.connect.bind(world.cluster);
    world.cluster.connect = async (address) => {
      const session = await connect(address);
      const [binding, role] = [session.deleteRoleBinding.bind(session), session.deleteRole.bind(session)];
      session.deleteRoleBinding = (...of) => {
        order.push('RoleBinding');
        return binding(...of);
      };
      session.deleteRole = (...of) => {
        order.push('Role');
        world.inside.clock.advance(5_000);
        return role(...of);
      };
      return session;
    };
    const { id, grant } = (await world.inside.records.read(request.id)) ?? request;
    if (!grant) throw new Error('It was granted.');
    const plan = {
      ...{
        v: 1 as const,
        deployment: 'memory',
        requestId: id,
        bindings: grant.bindings,
        task: true as const,
      },
      cluster: grant.address ?? ('gone' as const),
      ...{ notBefore: grant.expiresAt, createBefore: grant.createBefore },
    };
    world.inside.clock.advance(30_000);
    const ended = await unbindRole(world, plan);
    expect(order).toEqual(['RoleBinding', 'Role']);
    expect(ended).toEqual({ unboundAt: plus(grant.expiresAt, 0), found: true, rolesFound: true });
    expect([roles.size, roleBindings.size]).toEqual([0, 0]);
    expect(await unbindRole(world, plan)).toMatchObject({ found: false });
  });

  it('is not over while the Role stands', async () => {
    const { world, machine, request } = await aGrant();
    const connect = world.cluster.connect.bind(world.cluster);
    let healed = false;
    world.cluster.connect = async (address) => {
      const session = await connect(address);
      if (!healed) session.deleteRole = async () => 'deleted';
      return session;
    };
    await machine.pass(70);
    expect(standingBindings(world)).toEqual([]);
    expect(standingRoles(world)).toHaveLength(1);
    expect(await statusOf(world, request)).toBe('revoking');
    healed = true;
    await machine.pass(200);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(standingRoles(world)).toEqual([]);
  });

  it('takes the Role too where somebody took its labels off, and no other Role', async () => {
    const { world, machine, request, roles } = await aGrant();
    const own = roles.get(placeOf(request));
    if (!own) throw new Error('It has a Role.');
    own.metadata.labels = {};
    const other = {
      ...structuredClone(own),
      metadata: { ...own.metadata, name: 'theirs', uid: 'uid-theirs' },
    };
    roles.set('payments/theirs', other);
    await machine.pass(62);
    expect(await statusOf(world, request)).toBe('revoked');
    expect([...roles.keys()]).toEqual(['payments/theirs']);
  });

  it('takes no Role at that place that was made for something else', async () => {
    const { world, request, roles } = await aGrant();
    const { grant } = (await world.inside.records.read(request.id)) ?? request;
    if (!grant?.address) throw new Error('It was granted.');
    world.inside.clock.advance(60_000);
    const ended = await unbindRole(world, {
      ...{ v: 1, deployment: 'memory', requestId: '01KAJ000000000000000000XYZ', cluster: grant.address },
      ...{
        bindings: grant.bindings,
        task: true,
        notBefore: grant.openedAt,
        createBefore: grant.createBefore,
      },
    });
    expect(ended).toMatchObject({ found: true });
    expect(roles.size).toBe(1);
  });

  it('comes in a crowd for its Role as well', async () => {
    const { world, request, roles } = await aGrant();
    const { grant } = (await world.inside.records.read(request.id)) ?? request;
    const expiresAt = grant?.expiresAt ?? '';
    const ending = { from: plus(expiresAt, -5_000), before: plus(expiresAt, 5_000) };
    await sweepCluster(world, { v: 1, cluster, at: world.inside.clock.now(), ending });
    expect(await statusOf(world, request)).toBe('revoked');
    expect(roles.size).toBe(0);
  });

  it('comes early when it is asked for, for the Role as well', async () => {
    const { world, machine, request } = await aGrant(1800);
    await revokeGrant(world, { caller: aCaller('alice'), id: request.id, reason: 'done' });
    await machine.pass(40);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(await leftovers(world)).toEqual([]);
  });

  it('takes a Role that was made and never bound', async () => {
    const { world, signed, roles } = await planned();
    await defineRole(world, signed);
    const { requestId } = signed.plan;
    const machine = new Machine(world);
    await revokeGrant(world, { caller: aCaller('alice'), id: requestId, reason: 'not needed' });
    await machine.pass(240);
    expect((await world.inside.records.read(requestId))?.status).toBe('revoked');
    expect(roles.size).toBe(0);
  });
});

describe('the sweep of a cluster', () => {
  const sweep = (world: MemoryWorld) => sweepCluster(world, { v: 1, cluster, at: world.inside.clock.now() });

  it('finds nothing to do about a Role that is as it was made', async () => {
    const { world } = await aGrant(1800);
    world.inside.clock.advance(120_000);
    expect(await sweep(world)).toEqual({ pages: 3, orphans: [], drift: [], ended: [], failed: [] });
  });

  it.each(['01KAJ000000000000000000XYZ', 'nonsense', ''])(
    'takes away a Role with our mark for request "%s", which is not live, and leaves others',
    async (id) => {
      const { world, request, roles } = await aGrant(1800);
      const own = roles.get(placeOf(request));
      if (!own) throw new Error('It has a Role.');
      const plant = (name: string, labels: object) =>
        roles.set(`payments/${name}`, {
          ...structuredClone(own),
          metadata: {
            ...own.metadata,
            name,
            uid: `uid-${name}`,
            labels: { ...own.metadata.labels, ...labels },
          },
        });
      plant('curfew-x', { [marks.request]: id.toLowerCase() });
      plant('curfew-y', { [marks.deployment]: 'another' });
      const { orphans, failed } = await sweep(world);
      expect([orphans, failed]).toEqual([['payments/curfew-x'], []]);
      expect([...roles.keys()]).toEqual([placeOf(request), 'payments/curfew-y']);
    },
  );

  it.each([
    ['got other rules', 'it has other rules', (role: TaskRole) => Object.assign(role, { rules: everything })],
    ['was deleted', 'was deleted by hand', undefined],
  ] as const)('ends a grant whose Role %s by hand', async (_, words, edit) => {
    const { world, request, roles } = await aGrant(1800);
    world.inside.clock.advance(120_000);
    const own = roles.get(placeOf(request));
    if (own && edit) edit(own);
    else roles.delete(placeOf(request));
    const { drift, ended } = await sweep(world);
    expect(drift.join()).toContain(words);
    expect(ended).toEqual([request.id]);
    expect(await statusOf(world, request)).toBe('revoked');
    expect(standingRoles(world)).toEqual([]);
  });
});

it('a kill ends it and takes its Role, and Roles that nobody asked for', async () => {
  const { world, request, roles } = await aGrant(1800);
  const own = roles.get(placeOf(request));
  if (!own) throw new Error('It has a Role.');
  roles.set('payments/curfew-x', {
    ...structuredClone(own),
    metadata: {
      ...own.metadata,
      ...{ name: 'curfew-x', uid: 'uid-x', labels: { ...own.metadata.labels, [marks.request]: 'x' } },
    },
  });
  world.inside.clock.advance(60_000);
  const { order } = await orderKill(world, {
    caller: aCaller('pat'),
    scope: { kind: 'everything' },
    reason: 'an incident',
  });
  await killGrants(world, { killId: order.id });
  expect(await statusOf(world, request)).toBe('revoked');
  expect([...roles.keys()]).toEqual([]);
});
