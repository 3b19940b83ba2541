/** The judge beside the API server's own authorizer, on roles by chance: it never says "can not" where the server allows. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { judge, type Scope } from '#domain/escalation/judge.ts';
import { knownEscalations } from '#domain/escalation/known.ts';
import { allows, type ResourceCall } from '#domain/rbac.ts';
import { atMost } from '#operations/at-most.ts';
import { callsOf, type ResourceRule, roleByChance } from '../../domain/escalation/generated.ts';
import { startTestCluster, type TestCluster } from '../onboard/cluster.ts';

const roles = 2_000;
const batch = 250;
/** Of the calls of what is not found, so many are tried for each role and scope. */
const silentTries = 6;
const seed = 20_261_121;
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const scopes: Scope[] = ['namespace', 'cluster'];

/** What every role may, by which it is seen to be in force. */
const marker = { verb: 'get', apiGroup: 'curfew.test', resource: 'markers' };

let it: TestCluster;
/** `group resource` of what is in namespaces, as the server itself says. */
const namespaced = new Set(['authentication.k8s.io serviceaccounts', 'curfew.test markers']);

beforeAll(async () => {
  it = await startTestCluster();
  await it.createNamespaces('tried');
  const { groups } = await it.must({ method: 'GET', path: '/apis' });
  const versions = groups.flatMap((group: { versions: { groupVersion: string }[] }) => group.versions);
  const paths = [
    '/api/v1',
    ...versions.map(({ groupVersion }: { groupVersion: string }) => `/apis/${groupVersion}`),
  ];
  for (const path of paths) {
    const { groupVersion, resources } = await it.must({ method: 'GET', path });
    const group = groupVersion.includes('/') ? groupVersion.split('/')[0] : '';
    for (const { name, namespaced: is } of resources) if (is) namespaced.add(`${group} ${name}`);
  }
});

afterAll(() => it?.stop());

const userOf = (scope: Scope, role: string) => `${scope}:${role}`;

/** Where the server looks for rights when this is called: a namespace is in itself. */
function placeOf(
  { apiGroup, resource }: ResourceCall,
  names: readonly string[] | undefined,
): { namespace?: string } {
  if (names?.includes('aws-auth')) return { namespace: 'kube-system' };
  const [plain = ''] = resource.split('/');
  const isIn = namespaced.has(`${apiGroup} ${resource}`) || namespaced.has(`${apiGroup} ${plain}`);
  return isIn || (apiGroup === '' && plain === 'namespaces') ? { namespace: 'tried' } : {};
}

async function serverAllows(
  user: string,
  call: ResourceCall,
  place: { namespace?: string },
): Promise<boolean> {
  const [resource, ...sub] = call.resource.split('/');
  const attributes = {
    ...place,
    verb: call.verb,
    group: call.apiGroup,
    resource,
    ...(sub.length > 0 ? { subresource: sub.join('/') } : {}),
    ...(call.name === undefined ? {} : { name: call.name }),
  };
  const { status } = await it.must({
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, resourceAttributes: attributes },
    },
  });
  return status.allowed === true;
}

/** A ClusterRole with these rules, bound to one user in a namespace and to another everywhere. */
async function make(role: string, rules: readonly ResourceRule[]): Promise<void> {
  const list = [{ verbs: ['get'], apiGroups: [marker.apiGroup], resources: [marker.resource] }, ...rules];
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const write = (path: string, kind: string, rest: object) =>
    it.must({
      method: 'POST',
      path: rbac + path,
      body: { apiVersion, kind, metadata: { name: role }, ...rest },
    });
  const to = (scope: Scope) => ({
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: userOf(scope, role) }],
  });
  await write('/clusterroles', 'ClusterRole', { rules: list });
  await write('/namespaces/tried/rolebindings', 'RoleBinding', to('namespace'));
  await write('/clusterrolebindings', 'ClusterRoleBinding', to('cluster'));
}

async function inForce(role: string): Promise<void> {
  for (const scope of scopes) {
    const look = async () => {
      if (!(await serverAllows(userOf(scope, role), marker, { namespace: 'tried' })))
        throw new Error(`${role} is not in force`);
    };
    await vi.waitFor(look, { timeout: 20_000, interval: 20 });
  }
}

interface Try {
  id: string;
  call: ResourceCall;
  place: { namespace?: string };
  allowed: boolean;
}

/**
 * Of each escalation that is found one call that the rules cover; of what is not found a few by chance, and every kind of
 * call that the rules cover all the same, which can only be out of reach.
 */
function triesOf(rules: readonly ResourceRule[], scope: Scope, picks: readonly number[]): Try[] {
  const found = new Set(judge(rules, { scope }).map(({ id }) => id));
  const tries: Try[] = [];
  const silent: Try[] = [];
  for (const escalation of knownEscalations) {
    const allowed = found.has(escalation.id);
    const asTry = (call: ResourceCall): Try => ({
      id: escalation.id,
      call,
      place: placeOf(call, escalation.calls[0]?.names),
      allowed,
    });
    const calls = callsOf(escalation, rules);
    const covered = calls.filter((call) => allows(rules, call)).map(asTry);
    // What nobody serves has no place in discovery, and can't be tried in a namespace.
    const witnesses =
      scope === 'namespace' && allowed ? covered.filter(({ place }) => place.namespace) : covered;
    if (allowed) tries.push(...witnesses.slice(0, 1));
    else tries.push(...new Map(covered.map((one) => [one.call.resource, one])).values());
    if (!allowed) silent.push(...calls.map(asTry));
  }
  for (const pick of picks) tries.push(...silent.splice(pick % silent.length, 1));
  return tries;
}

/** How much was tried. */
async function compare(
  role: string,
  rules: readonly ResourceRule[],
  picks: readonly number[],
): Promise<number> {
  let tried = 0;
  for (const scope of scopes) {
    for (const { id, call, place, allowed } of triesOf(rules, scope, picks)) {
      const said = await serverAllows(userOf(scope, role), call, place);
      expect(said, `${id} in ${scope}: ${JSON.stringify({ call, place, rules })}`).toBe(allowed);
      tried++;
    }
  }
  return tried;
}

describe('the judge and the API server', () => {
  const tries = fc.array(fc.nat(), { minLength: silentTries, maxLength: silentTries });
  const generated = fc.sample(fc.record({ rules: roleByChance, picks: tries }), { numRuns: roles, seed });
  const batches = Array.from({ length: roles / batch }, (_, i) => ({ from: i * batch, to: (i + 1) * batch }));

  test.each(batches)('say the same of generated roles $from to $to', async ({ from, to }) => {
    const failures: unknown[] = [];
    let tried = 0;
    const cases = generated.slice(from, to).map((each, i) => ({ ...each, role: `role-${from + i}` }));
    const safely = (work: (one: (typeof cases)[number]) => Promise<void>) =>
      atMost(4, cases, (one) => work(one).catch((error) => void failures.push(error)));
    await safely(({ role, rules }) => make(role, rules));
    await safely(async ({ role, rules, picks }) => {
      await inForce(role);
      const count = await compare(role, rules, picks);
      tried += count;
    });
    if (failures.length > 0) throw failures[0];
    expect(tried).toBeGreaterThan(batch * silentTries);
  });
});

test("a RoleBinding reaches the labels of its own namespace, as the judge says, and another's not", async () => {
  await it.createNamespaces('relabelled');
  await make('relabeller', [{ verbs: ['get', 'update'], apiGroups: [''], resources: ['namespaces'] }]);
  await inForce('relabeller');
  const relabel = async (name: string) => {
    const path = `/api/v1/namespaces/${name}`;
    const namespace = await it.must({ method: 'GET', path });
    namespace.metadata.labels['pod-security.kubernetes.io/enforce'] = 'privileged';
    return (await it.api({ method: 'PUT', path, body: namespace, as: userOf('namespace', 'relabeller') }))
      .status;
  };
  expect(await relabel('tried')).toBe(200);
  expect(await relabel('relabelled')).toBe(403);
  const found = judge([{ verbs: ['update'], apiGroups: [''], resources: ['namespaces'] }], {
    scope: 'namespace',
  });
  expect(found.map(({ id }) => id)).toEqual(['E30-namespace-labels']);
});
