/** What somebody with an administrator's rights makes, edits or deletes by hand on a real cluster: the sweep finds it, and access gets less. */
import { randomUUID } from 'node:crypto';
import { CreateAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownershipTags } from '#domain/access-entry.ts';
import { bindingName } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import type { RequestView } from '#http/request-view.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { silentProgress } from '#local/progress.ts';
import { type CloudFacts, factsOf } from './cloud.ts';
import { accessEntry, admin, bindingsOf, invoke } from './insight.ts';
import { expectTrueRecord, untilNothingStands } from './nothing-stands.ts';
import { aPerson, aRole, type E2ePerson } from './person.ts';
import { asAdmin, mayGet, type Seen, until, untilStatus } from './steps.ts';

let own: LocalCloud;
let cloud: CloudFacts;

// Of its own: the fences are taken down, which would keep others from getting access.
beforeAll(async () => {
  own = await startLocalCloud({ progress: silentProgress() });
  cloud = factsOf(own);
});
afterAll(() => own?.stop());

interface Swept {
  orphans: string[];
  drift: string[];
  ended: string[];
}

async function sweep(ending?: { from: string; before: string }): Promise<Swept> {
  const { error, message, result } = await invoke(cloud, 'SweepCluster', {
    v: 1,
    cluster: { eksName: cloud.cluster.name, region },
    at: new Date().toISOString(),
    ...(ending ? { ending } : {}),
  });
  if (error !== undefined) throw new Error(`SweepCluster: ${error}: ${message}`);
  return result as Swept;
}

/** A role without reviews: what is tested here begins when it is granted. */
async function granted(person: E2ePerson, duration = '1h'): Promise<RequestView> {
  const body = {
    cluster: cloud.cluster.name,
    namespaces: ['payments'],
    role: 'network-viewer',
    duration,
    reason: 'Payments fail since 12:00',
  };
  const { id } = await person.api.submit(body, randomUUID());
  return (await untilStatus(person, id, 'active')).request;
}

/** Lets administrators do what admission refuses them. */
async function takeFencesDown(): Promise<void> {
  await asAdmin(cloud, 'delete', 'validatingadmissionpolicybindings', '--all');
  await until('the fences to be down', async () => {
    const { code } = await admin(cloud, [
      'create',
      'rolebinding',
      'curfew-probe',
      '--clusterrole=view',
      '--user=u',
      '-n',
      'payments',
      '--dry-run=server',
    ]);
    return code === 0;
  });
}

describe('A sweep of a cluster', () => {
  let carla: E2ePerson;
  let edith: E2ePerson;
  let orla: E2ePerson;
  let deleted: RequestView;
  let edited: RequestView;
  let over: RequestView;

  // All before the fences are down: without them nothing is granted.
  test('leaves everything as it is while nobody has touched it', async () => {
    [carla, edith, orla] = await Promise.all([
      aPerson('carla', { cloud }),
      aPerson('edith', { cloud }),
      aPerson('orla', { cloud }),
    ]);
    [deleted, edited, over] = await Promise.all([granted(carla), granted(edith), granted(orla)]);
    await orla.api.revoke(over.id, 'done');
    await untilNothingStands(orla, over.id, 'revoked');
    expect(await sweep()).toMatchObject({ orphans: [], drift: [], ended: [] });
    expect(await mayGet(carla, 'services')).toBe('yes');
  });

  test('ends a crowd of grants at their instant', async () => {
    const people = await Promise.all(['ada', 'ben', 'cleo'].map((name) => aPerson(name, { cloud })));
    const requests = await Promise.all(people.map((person) => granted(person, '30s')));
    const ends = requests.map(({ grant }) => grant?.expiresAt ?? '').sort();
    const before = new Date(Date.parse(ends.at(-1) ?? '') + 1).toISOString();
    const { ended } = await sweep({ from: ends[0] ?? '', before });
    // Their executions are at it too: whoever comes second to one of them leaves it.
    expect(requests.map(({ id }) => id)).toEqual(expect.arrayContaining(ended));
    expect(ended).not.toEqual([]);
    for (const [i, person] of people.entries()) {
      const { request } = await untilNothingStands(person, requests[i]?.id ?? '', 'revoked');
      expect(Date.parse(request.grant?.unboundAt ?? '')).toBeGreaterThanOrEqual(
        Date.parse(request.grant?.expiresAt ?? ''),
      );
      expect(request.ending?.reason).toBe('its time is up');
    }
  });

  test('deletes an access entry with our tags that nobody holds, and no other', async () => {
    const [mine, theirs] = [await aRole(cloud), await aRole(cloud)];
    const eks = new EKSClient({ endpoint: cloud.eksUrl, region, credentials: rootKeys });
    const clusterName = cloud.cluster.name;
    const tags = ownershipTags(cloud.outputs.Deployment ?? '');
    await eks.send(
      new CreateAccessEntryCommand({ clusterName, principalArn: mine.arn, tags, username: 'curfew:mine' }),
    );
    await eks.send(new CreateAccessEntryCommand({ clusterName, principalArn: theirs.arn }));
    expect((await sweep()).orphans).toEqual([`access entry of ${mine.arn}`]);
    expect(await accessEntry(cloud, mine.arn)).toBeUndefined();
    expect(await accessEntry(cloud, theirs.arn)).toBeDefined();
    expect(await mayGet(carla, 'services')).toBe('yes');
  });

  test('ends a grant to which a subject was added', async () => {
    await takeFencesDown();
    const mallory = { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' };
    const change = JSON.stringify([{ op: 'add', path: '/subjects/-', value: mallory }]);
    const name = bindingName(edited.id);
    await asAdmin(cloud, 'patch', 'rolebinding', name, '-n', 'payments', '--type=json', '-p', change);
    const asMallory = () => admin(cloud, ['get', 'services', '-n', 'payments'], { as: 'mallory' });
    expect((await asMallory()).code).toBe(0);
    const { ended, drift } = await sweep();
    expect(ended).toEqual([edited.id]);
    expect(drift).toEqual([expect.stringContaining('it has more subjects')]);
    expect((await asMallory()).stderr).toContain('Forbidden');
    const { request } = await untilNothingStands(edith, edited.id, 'revoked');
    expect(request).toMatchObject({
      endRequested: { by: 'curfew:SweepCluster', reason: expect.stringContaining('edited by hand') },
    });
    expect(await mayGet(carla, 'services')).toBe('yes');
  });

  test('takes away a RoleBinding with our mark that nobody asked for, and notes it on the request that it names', async () => {
    const { id } = over;
    const binding = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: {
        name: bindingName(id),
        namespace: 'payments',
        labels: {
          [marks.managedBy]: 'curfew',
          [marks.deployment]: cloud.outputs.Deployment,
          [marks.request]: id.toLowerCase(),
        },
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'mallory' }],
    };
    const { code, stderr } = await admin(cloud, ['create', '-f', '-'], { input: JSON.stringify(binding) });
    expect([code, stderr]).toEqual([0, '']);
    expect((await sweep()).orphans).toEqual([`payments/${bindingName(id)}`]);
    expect(await bindingsOf(cloud, id)).toEqual([]);
    const seen = (await orla.api.show(id)) as Seen;
    expect(seen.events.at(-1)).toMatchObject({
      type: 'swept',
      status: 'revoked',
      actor: 'curfew:SweepCluster',
    });
    await expectTrueRecord(orla, seen);
  });

  test('ends a grant whose RoleBinding was deleted, once it has stood for a minute', async () => {
    await asAdmin(cloud, 'delete', 'rolebinding', bindingName(deleted.id), '-n', 'payments');
    const { ended } = await until('the grant to be missed', async () => {
      const swept = await sweep();
      return swept.ended.length > 0 && swept;
    });
    expect(ended).toEqual([deleted.id]);
    const { request } = await untilNothingStands(carla, deleted.id, 'revoked');
    expect(request.ending?.reason).toContain('was deleted by hand');
  });
});
