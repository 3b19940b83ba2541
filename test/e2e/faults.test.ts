/** One fault at each call to EKS and to the cluster: nothing granted is left unrecorded, nothing revoked is left standing. */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RequestView } from '#http/request-view.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import type { FaultOrder } from '#local/eks/faults.ts';
import { silentProgress } from '#local/progress.ts';
import { type CloudFacts, factsOf } from './cloud.ts';
import { type ClusterFault, type ClusterFront, roleBindings, startClusterFront } from './cluster-front.ts';
import { bindingsOf } from './insight.ts';
import { neverUsable, untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { mayGet, until, untilStatus } from './steps.ts';

let own: LocalCloud;
let cloud: CloudFacts;
let front: ClusterFront;

// Of its own: a fault hits whoever calls next.
beforeAll(async () => {
  own = await startLocalCloud({ progress: silentProgress() });
  cloud = factsOf(own);
  front = await startClusterFront(own.cluster, own.dir);
  await own.eks.registerCluster({ name: own.cluster.name, ...front.address });
});
afterAll(async () => {
  await front?.stop();
  await own?.stop();
});

interface Fault {
  eks?: FaultOrder;
  cluster?: ClusterFault;
}

function arm({ eks, cluster }: Fault): void {
  if (eks) own.eks.faults.add(eks);
  if (cluster) front.add(cluster);
}

function met(): boolean {
  return own.eks.faults.waiting().length + front.waiting().length === 0;
}

function disarm(): void {
  own.eks.faults.clear();
  front.clear();
}

/** A role without reviews: what is tested here begins when it is approved. */
function askForServices(person: E2ePerson, duration: string, namespace = 'payments'): Promise<RequestView> {
  const body = {
    cluster: cloud.cluster.name,
    namespaces: [namespace],
    role: 'network-viewer',
    duration,
    reason: 'Payments fail since 12:00',
  };
  return person.api.submit(body, randomUUID());
}

/** More than the SDK tries by itself, so that the function fails and the state machine has to try again. */
const moreThanOneCall = 6;
const onCluster = (method: ClusterFault['method'], kind: ClusterFault['kind'], times = 1): Fault => ({
  cluster: { method, path: roleBindings, kind, times },
});
const onEks = (operation: string, fault: Omit<FaultOrder, 'operation'>): Fault => ({
  eks: { operation, ...fault },
});
const error = 'error' as const;
const throttled = { kind: error, error: 'ThrottlingException', times: moreThanOneCall } as const;

const granted: { person: E2ePerson; id: string }[] = [];

describe('A fault while granting, then healed', () => {
  afterEach(disarm);

  test.each<[string, Fault]>([
    ['DescribeCluster fails for a while', onEks('DescribeCluster', { kind: error, times: 4 })],
    ['DescribeCluster hangs', onEks('DescribeCluster', { kind: 'hang' })],
    [
      'CreateAccessEntry fails before it is done',
      onEks('CreateAccessEntry', { kind: error, when: 'before' }),
    ],
    ['CreateAccessEntry fails after it is done', onEks('CreateAccessEntry', { kind: error, when: 'after' })],
    ['CreateAccessEntry hangs after it is done', onEks('CreateAccessEntry', { kind: 'hang', when: 'after' })],
    ['CreateAccessEntry arrives twice', onEks('CreateAccessEntry', { kind: 'duplicate' })],
    ['CreateAccessEntry is throttled', onEks('CreateAccessEntry', throttled)],
    ['the RoleBinding is not created', onCluster('POST', 'before')],
    ['the RoleBinding is created and nobody hears of it', onCluster('POST', 'after')],
    ['the RoleBinding can not be read back', onCluster('GET', 'before')],
  ])('%s: the grant comes all the same, once', async (_, fault) => {
    const person = await aPerson('gail', { cloud });
    arm(fault);
    const { id } = await askForServices(person, '1h');
    granted.push({ person, id });
    await untilStatus(person, id, 'active');
    expect(met()).toBe(true);
    expect(await mayGet(person, 'services')).toBe('yes');
    expect(await bindingsOf(cloud, id)).toHaveLength(1);
    expect(
      own.eks.entries(cloud.cluster.name).filter((e) => e.principalArn === person.role.arn),
    ).toHaveLength(1);
  });
});

describe('A fault while revoking, then healed', () => {
  afterEach(disarm);

  test.each<[string, Fault]>([
    // As often as it is surely asked in the two seconds before the address that was known has to do.
    ['DescribeCluster fails for a while', onEks('DescribeCluster', { kind: error, times: 2 })],
    ['DescribeCluster hangs', onEks('DescribeCluster', { kind: 'hang' })],
    ['the RoleBinding can not be read', onCluster('GET', 'before', 2)],
    ['the RoleBinding is not deleted', onCluster('DELETE', 'before')],
    ['the RoleBinding is deleted and nobody hears of it', onCluster('DELETE', 'after')],
    ['DescribeAccessEntry fails', onEks('DescribeAccessEntry', { kind: error })],
    [
      'DeleteAccessEntry fails before it is done',
      onEks('DeleteAccessEntry', { kind: error, when: 'before' }),
    ],
    ['DeleteAccessEntry fails after it is done', onEks('DeleteAccessEntry', { kind: error, when: 'after' })],
    ['DeleteAccessEntry hangs after it is done', onEks('DeleteAccessEntry', { kind: 'hang', when: 'after' })],
    ['DeleteAccessEntry is throttled', onEks('DeleteAccessEntry', { ...throttled, times: 3 })],
  ])('%s: access ends all the same, and the record says revoked', async (_, fault) => {
    const { person, id } = granted.pop() ?? expect.fail('too few grants were made before');
    expect(await mayGet(person, 'services')).toBe('yes');
    arm(fault);
    await person.api.revoke(id, 'done');
    const { request } = await untilNothingStands(person, id, 'revoked');
    expect(met()).toBe(true);
    expect(request.ending?.reason).toBe('done');
  });
});

describe('A fault that outlasts every try to grant', () => {
  test('EKS does not say where the cluster is: denied, before anything exists', async () => {
    const person = await aPerson('hugo', { cloud });
    arm(onEks('DescribeCluster', { kind: error, times: 1000 }));
    const { id } = await askForServices(person, '15s');
    await until(
      'the request to be denied',
      async () => (await person.api.show(id)).request.status === 'denied',
    );
    disarm();
    await untilNothingStands(person, id, 'denied');
  });

  describe('in the middle: over, without having been usable', () => {
    interface Story {
      person: E2ePerson;
      id: string;
    }
    let unreached: Story;
    let late: Story;
    let entryless: Story;

    // They all wait for their create-before to pass: side by side, each in a place or at a call of its own.
    beforeAll(async () => {
      const of = async (name: string, namespace: string): Promise<Story> => {
        const person = await aPerson(name, { cloud });
        return { person, id: (await askForServices(person, '20s', namespace)).id };
      };
      const posts = (namespace: string) =>
        new RegExp(`/namespaces/${namespace}/rolebindings(\\?(?!.*dryRun).*)?$`);
      front.add({ method: 'POST', path: posts('payments'), kind: 'before', times: 1000 });
      front.add({ method: 'POST', path: posts('checkout'), kind: 'late', times: 1000 });
      [unreached, late] = await Promise.all([of('ursula', 'payments'), of('lars', 'checkout')]);
      await until('a create to be on its way for long', async () => front.held() > 0);
      arm(onEks('CreateAccessEntry', { kind: error, times: 1000 }));
      entryless = await of('emil', 'payments');
    });

    test('the API server takes no RoleBinding', async () => {
      const { request } = await untilNothingStands(unreached.person, unreached.id, neverUsable);
      expect(request.history.map(({ status }) => status)).not.toContain('active');
    });

    test('a create comes after everybody had given up on it: the cluster refuses it', async () => {
      await untilNothingStands(late.person, late.id, neverUsable);
      const answers = await front.release();
      expect(answers.length).toBeGreaterThan(0);
      for (const { status, body } of answers) {
        expect({ status, body }).toEqual({
          status: 422,
          body: expect.stringMatching(/curfew-bind-role.*(Too late|after now)/s),
        });
      }
      expect(await bindingsOf(cloud, late.id)).toEqual([]);
    });

    test('EKS makes no access entry', async () => {
      await untilNothingStands(entryless.person, entryless.id, neverUsable);
      disarm();
    });
  });
});
