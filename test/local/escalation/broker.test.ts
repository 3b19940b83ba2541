/** N50, N56: each of the broker's own identities, as onboarding leaves it on a real API server, tries the whole escalation catalogue. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  janitorAccount,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import { escalationIds, knownEscalations } from '#domain/escalation/known.ts';
import { catalogOf, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, run } from '../onboard/looks.ts';
import { allAttempts, inWords, places } from './attempts.ts';

const { podReader, deployer } = clusterRoles(catalogOf());

/** All that any of them may try. What the first two may write is fenced field by field: see ../fences/every-field.test.ts. */
const intended: Record<string, string[]> = {
  [bindRoleUser]: [
    'E03-bind bind clusterroles in granted',
    'E03-bind bind roles in granted',
    'E34-write-role-bindings create rolebindings in granted',
  ],
  [defineRoleUser]: ['E02-escalate escalate roles in granted', 'E50-write-roles create roles in granted'],
  [unbindRoleUser]: [],
  [surveyClusterUser]: [],
  [janitorAccount.username]: [],
};

let on: TestCluster;
let tried: Awaited<ReturnType<typeof allAttempts>>;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'vault', 'other');
  await run(on);
  tried = await allAttempts(on, { roles: [podReader, deployer] });
});
afterAll(() => on?.stop());

describe('What can be tried', () => {
  test('is every escalation that is a call, in every class of namespaces', () => {
    const withCalls = knownEscalations.filter(({ calls }) => calls.length > 0).map(({ id }) => id);
    expect([...new Set(tried.attempts.map(({ escalation }) => escalation))]).toEqual(withCalls);
    expect(escalationIds.filter((id) => !withCalls.includes(id))).toEqual([
      'E01-wildcard',
      'E48-server-internals',
    ]);
    expect(new Set(tried.attempts.map(({ place }) => place))).toEqual(new Set(Object.keys(places)));
  });

  test('is let through to a cluster-admin, so that a refusal says something', async () => {
    await on.makeAdmin('root');
    const through = await tried.letThrough('root');
    expect(tried.attempts.length - through.length).toBe(0);
  });

  test('is everybody of the broker', () => {
    expect(Object.keys(intended).sort()).toEqual([...brokerUsers, janitorAccount.username].sort());
  });
});

describe.each(Object.entries(intended))('%s', (user, few) => {
  test('is let try nothing but the intended few', async () => {
    const through = await tried.letThrough(user);
    expect([...new Set(through.map(inWords))].sort()).toEqual(few);
    const bound = through
      .filter(({ verb, resource }) => verb === 'bind' && resource === 'clusterroles')
      .map(({ name }) => name);
    expect(bound.sort()).toEqual(user === bindRoleUser ? [deployer, podReader] : []);
  });
});

describe('Outside of the API’s resources', () => {
  test.each(['/logs/', '/debug/pprof/', '/metrics', '/configz'])(
    'nobody of the broker reads %s',
    async (path) => {
      for (const as of Object.keys(intended))
        expect((await on.api({ method: 'GET', path, as })).status).toBe(403);
    },
  );
});
