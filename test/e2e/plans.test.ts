/** BindRole called by somebody who may call it: it carries out nothing but plans that OpenGrant signed, and none too late. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser } from '#cluster/identities.ts';
import { type BindPlan, planText, type SignedPlan } from '#domain/plan.ts';
import { marks, roleBindingsOf } from '#domain/role-binding.ts';
import { signedPlan } from '#domain/step-input.ts';
import { admin, bindingsOf, invoke, outputOf, statesEntered } from './insight.ts';
import { untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { getAccess, mayGet, until, untilStatus } from './steps.ts';

const later = (instant: string, ms: number) => new Date(Date.parse(instant) + ms).toISOString();

/** What OpenGrant handed to BindRole in a request's execution. */
async function planOf(person: E2ePerson, id: string): Promise<SignedPlan> {
  return signedPlan.parse(await outputOf(person.cloud, id, 'OpenGrant'));
}

async function allBindings({ cloud }: E2ePerson, ...subjects: string[]): Promise<string[]> {
  const { stdout } = await admin(cloud, ['get', 'rolebindings', '-A', '-o', 'json']);
  const items: {
    metadata: { namespace: string; name: string; uid: string };
    subjects?: { name: string }[];
  }[] = JSON.parse(stdout).items;
  return items
    .filter((item) => item.subjects?.some(({ name }) => subjects.includes(name)))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name} ${metadata.uid}`);
}

describe('A plan that is good for another 30 s', () => {
  let mallory: E2ePerson;
  let signed: SignedPlan;
  let id: string;
  let standing: string[];
  const everyone = 'curfew:principal:0123456789abcdef0123456789abcdef';
  const accomplice = 'curfew:000000000000:Team:eve@example.com';

  beforeAll(async () => {
    mallory = await aPerson('mallory');
    ({ id } = await getAccess(mallory, { duration: '5m' }));
    signed = await planOf(mallory, id);
    standing = await allBindings(mallory, signed.plan.subject.name);
    expect(standing).toHaveLength(1);
  });

  test.each<[what: string, change: (plan: BindPlan) => Partial<BindPlan>]>([
    ['another person', () => ({ subject: { kind: 'User', name: accomplice } })],
    ['a whole role', () => ({ subject: { kind: 'Group', name: everyone } })],
    ['another role', () => ({ clusterRole: 'cluster-admin' })],
    ['other rules', () => ({ rulesDigest: '0'.repeat(64) })],
    [
      'one more namespace',
      ({ bindings, requestId }) => ({
        bindings: [...bindings, { namespace: 'checkout', name: `curfew-${requestId.toLowerCase()}` }],
      }),
    ],
    ['another end', ({ expiresAt }) => ({ expiresAt: later(expiresAt, 3_600_000) })],
    ['more time to be carried out', ({ createBefore }) => ({ createBefore: later(createBefore, 60_000) })],
    ['another request', () => ({ requestId: '01ARZ3NDEKTSV4RRFFQ69G5FAV' })],
    [
      'another address, which would be sent a token',
      ({ cluster }) => ({ cluster: { ...cluster, endpoint: 'https://127.0.0.1:1' } }),
    ],
  ])('is refused with %s in it', async (_, change) => {
    const altered = { ...signed, plan: { ...signed.plan, ...change(signed.plan) } };
    expect(await invoke(mallory.cloud, 'BindRole', altered)).toEqual({
      error: 'PlanRefused',
      message: expect.stringContaining('was not signed by OpenGrant'),
    });
  });

  test('is refused when signed by another key', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const plan: BindPlan = { ...signed.plan, subject: { kind: 'User', name: accomplice } };
    const signature = sign('sha256', Buffer.from(planText(plan)), privateKey).toString('base64');
    expect(await invoke(mallory.cloud, 'BindRole', { plan, signature })).toEqual({
      error: 'PlanRefused',
      message: expect.stringContaining('was not signed by OpenGrant'),
    });
  });

  test('is not carried out with a field more or without its signature', async () => {
    for (const payload of [
      { ...signed, force: true },
      { plan: signed.plan },
      signed.plan,
      { requestId: id },
    ]) {
      expect(await invoke(mallory.cloud, 'BindRole', payload)).toMatchObject({ error: 'ZodError' });
    }
  });

  test('left nothing on the cluster but the grant itself', async () => {
    const { subject } = signed.plan;
    expect(await allBindings(mallory, subject.name, everyone, accomplice)).toEqual(standing);
    await mallory.api.revoke(id, 'end of the test');
    await untilNothingStands(mallory, id, 'revoked');
  });
});

describe('A plan whose time is over', () => {
  let late: E2ePerson;
  let signed: SignedPlan;
  let id: string;

  beforeAll(async () => {
    late = await aPerson('lara');
    ({ id } = await getAccess(late, { duration: '22s' }));
    signed = await planOf(late, id);
  });

  test('carried out once more while its grant is being ended gives nothing that outlives that end', async () => {
    await late.api.revoke(id, 'not needed any more');
    await until('access to be gone at once', async () => (await mayGet(late)) === 'forbidden', 10_000);
    expect(Date.now()).toBeLessThan(Date.parse(signed.plan.createBefore));
    // The genuine plan, by a BindRole that everybody had given up on.
    expect(await invoke(late.cloud, 'BindRole', signed)).toHaveProperty('result.bindings');
    expect(await bindingsOf(late.cloud, id)).toHaveLength(1);
    await untilNothingStands(late, id, 'revoked');
  });

  test('is refused by BindRole', async () => {
    expect(await invoke(late.cloud, 'BindRole', signed)).toEqual({
      error: 'PlanRefused',
      message: expect.stringContaining('came too late'),
    });
    expect(await bindingsOf(late.cloud, id)).toEqual([]);
  });

  test('is refused by the cluster too, whoever forgot to look at the clock', async () => {
    const [binding] = roleBindingsOf(signed.plan);
    const create = (annotations: object, ...more: string[]) => {
      const changed = { ...binding, metadata: { ...binding?.metadata, annotations } };
      const options = { as: bindRoleUser, input: JSON.stringify(changed) };
      return admin(late.cloud, ['create', '-f', '-', ...more], options);
    };
    const tooLate = await create({ ...binding?.metadata.annotations });
    expect(tooLate).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/curfew-bind-role.*(Too late|after now)/s),
    });
    expect(await bindingsOf(late.cloud, id)).toEqual([]);
    // The same one in time would be let in: nothing but the clock refused it.
    const soon = later(new Date().toISOString(), 60_000);
    const inTime = await create({ [marks.expiresAt]: soon, [marks.createBefore]: soon }, '--dry-run=server');
    expect(inTime).toMatchObject({ code: 0 });
  });

  test('was one of a plain grant, whose execution took no more than 9 transitions', async () => {
    const plain = [
      'AskReviewers',
      'OpenGrant',
      'BindRole',
      'HoldGrant',
      'EndGrant',
      'IsStanding',
      'UnbindRole',
      'CloseGrant',
    ];
    const entered = await statesEntered(late.cloud, id);
    expect(entered).toEqual(plain);
    // The start counts as one more where transitions are paid for.
    expect(entered.length + 1).toBeLessThanOrEqual(9);
    await untilStatus(late, id, 'revoked');
  });
});
