/** N50: whoever has a role of the example catalogs tries the whole escalation catalogue: nothing works that the role does not say and accept. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bindRoleUser } from '#cluster/identities.ts';
import { type OfferedRole, offerOn } from '#cluster/offer.ts';
import type { Catalog } from '#domain/catalog.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { allows } from '#domain/rbac.ts';
import { fillAggregatedRoles } from '#local/kubernetes/aggregated-roles.ts';
import { onboard } from '../../../cli/onboard/onboard.ts';
import { grantOf } from '../../../cli/onboard/tries.ts';
import { rbac } from '../fences/fenced-cluster.ts';
import { deployment, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clear, silent, yes } from '../onboard/looks.ts';
import { allAttempts, inWords, places } from './attempts.ts';

const read = (file: string) =>
  readCatalog(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8'));
const examples = ['curfew.yaml', 'docs/example/curfew.yaml'].flatMap((file) => {
  const catalog = read(file);
  return Object.keys(catalog.clusters).map((cluster) => ({ file, cluster, catalog }));
});

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await fillAggregatedRoles(on.binaries, on.cluster.adminKubeconfig);
  const namespaces = examples.flatMap(({ catalog }) =>
    Object.values(catalog.roles).flatMap((r) => r.namespaces),
  );
  const all = Object.values(places).filter(
    (name) => name !== undefined && !/^(kube|curfew)-system$/.test(name),
  );
  await on.createNamespaces(...new Set([...namespaces, ...(all as string[])]));
});
afterAll(() => on?.stop());

/** The namespaces of a role are many; the first of them stands for what is granted. */
async function grantTo(user: string, role: OfferedRole): Promise<string> {
  const [namespace = ''] = role.namespaces;
  const requestId = `01kag${String(++grants).padStart(21, '0')}`;
  const body = grantOf(role, deployment.id, {
    requestId: requestId.toUpperCase(),
    bindings: [{ namespace, name: `curfew-${requestId}` }],
    subject: { kind: 'User', name: user },
  });
  await on.must({
    method: 'POST',
    path: `${rbac}/namespaces/${namespace}/rolebindings`,
    body,
    as: bindRoleUser,
  });
  return namespace;
}
let grants = 0;

/** Of a role that isn't ours: as the cluster has it. */
async function rulesOf({ ours, clusterRole, rules }: OfferedRole): Promise<OfferedRole['rules']> {
  return ours ? rules : (await on.must({ method: 'GET', path: `${rbac}/clusterroles/${clusterRole}` })).rules;
}

async function onboarded(catalog: Catalog, cluster: string) {
  await clear(on);
  await onboard({ ...on.onboarding(catalog), cluster }, yes, silent);
  return offerOn(catalog, cluster);
}

describe.each(examples)('$file on $cluster', ({ catalog, cluster }) => {
  let offer: OfferedRole[];
  beforeAll(async () => {
    offer = await onboarded(catalog, cluster);
  });

  const roles = Object.entries(catalog.roles).filter(([, role]) => role.clusters.includes(cluster));
  test.each(roles)(
    '%s leads to what the catalog accepts of it, where it is granted, and to nothing else',
    async (name, role) => {
      const offered = offer.find((each) => each.role === name);
      if (!offered) throw new Error(`${name} is not offered on ${cluster}.`);
      const user = `curfew:111122223333:Developer:${name}@example.com`;
      const namespace = await grantTo(user, offered);
      const rules = await rulesOf(offered);
      const [first] = rules;
      const look = {
        verb: first?.verbs[0],
        group: first?.apiGroups[0],
        resource: first?.resources[0],
        name: first?.resourceNames?.[0],
        namespace,
      };
      await expect
        .poll(
          async () => {
            const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
            const body = {
              apiVersion: 'authorization.k8s.io/v1',
              kind: 'SelfSubjectAccessReview',
              spec: { resourceAttributes: look },
            };
            return (await on.must({ method: 'POST', path, body, as: user })).status.allowed;
          },
          { timeout: 20_000 },
        )
        .toBe(true);

      const named = rules.flatMap((rule) => rule.resourceNames ?? []);
      const { attempts, letThrough } = await allAttempts(on, {
        granted: namespace,
        roles: [offered.clusterRole],
        names: named,
      });
      const through = await letThrough(user);
      const ids = [...new Set(through.map(({ escalation }) => escalation))].sort();
      expect(ids).toEqual(role.accepts.map(({ escalation }) => escalation).sort());
      const said = attempts.filter((attempt) => attempt.place === 'granted' && allows(rules, attempt));
      expect([...new Set(through.map(inWords))].sort()).toEqual([...new Set(said.map(inWords))].sort());
    },
  );
});
