/** The people and machines of the histories, and the catalogs that they live under. */

import { sampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { memoryRoles } from '#adapters/memory/world.ts';
import type { Catalog } from '#domain/catalog.ts';
import type { EksCluster } from '#domain/eks-cluster.ts';
import { type Caller, callerOf, type Principal } from '#domain/identity.ts';
import { offerViewer } from '../../builders/foreign-role.ts';
import { freeze } from '../cloud/lag.ts';
import { listTickets } from './tickets.ts';

/** alice and bob share a role, and so an access entry; dora has another; mallory has no part in anything. */
const roles = {
  alice: memoryRoles.developer,
  bob: memoryRoles.developer,
  ci: memoryRoles.ci,
  rita: memoryRoles.reviewer,
  rob: memoryRoles.reviewer,
  pat: memoryRoles.platformAdmin,
  mallory: memoryRoles.reviewer,
} as const satisfies Record<string, Principal>;

export type Name = keyof typeof roles;
export const names = Object.keys(roles) as Name[];
export const requesters = ['alice', 'bob', 'ci', 'rita'] as const satisfies readonly Name[];

const sessionOf = (name: Name) => (name === 'ci' ? 'build-42' : `${name}@example.com`);

export const callers = Object.fromEntries(
  names.map((name) => [
    name,
    callerOf(roles[name], sessionOf(name), { trustedSessionNames: [], people: {} }),
  ]),
) as unknown as Record<Name, Caller>;

export const personOf = (name: Name): string => callers[name].person ?? sessionOf(name);

/** As the sample catalog lists them. */
export const eksClusters = {
  'payments-prod': { eksName: 'payments-prod', region: 'us-east-1' },
  'payments-test': { eksName: 'payments-test-eks', region: 'eu-west-1' },
} as const satisfies Record<string, EksCluster>;
export type ClusterName = keyof typeof eksClusters;
export const clusterNames = Object.keys(eksClusters) as ClusterName[];

/** `reviewWindow` and the time for after-reviews are short, so that a history ends within the hour. */
function variant(change: (catalog: Catalog) => void): Catalog {
  const catalog = sampleCatalog();
  catalog.reviewWindow = 300;
  for (const name of ['deployer', 'pod-reader'])
    role(catalog, name).breakGlass = {
      maxDuration: 180,
      notify: ['oncall@example.com'],
      afterReview: { from: ['payments-leads'], within: 40 },
    };
  offerViewer(catalog);
  listTickets(catalog);
  change(catalog);
  return freeze(catalog);
}

function role(catalog: Catalog, name: string) {
  const found = catalog.roles[name];
  if (!found) throw new Error(`The sample catalog has no role ${name}.`);
  return found;
}

/** What the platform team may deploy while requests are under way. */
export const catalogs = {
  usual: variant(() => {}),
  'without rita among the reviewers': variant((catalog) => {
    catalog.reviewers['payments-leads'] = { members: ['rob@example.com'] };
  }),
  'with other rules for pod-reader': variant((catalog) => {
    role(catalog, 'pod-reader').rules = [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }];
  }),
  'without pod-reader': variant((catalog) => {
    delete catalog.roles['pod-reader'];
  }),
  'without break-glass': variant((catalog) => {
    for (const listed of Object.values(catalog.roles)) delete listed.breakGlass;
  }),
  'with two reviews for pod-reader': variant((catalog) => {
    role(catalog, 'pod-reader').reviews = [{ count: 2, from: ['payments-leads'] }];
  }),
} as const satisfies Record<string, Catalog>;
export type CatalogName = keyof typeof catalogs;
export const catalogNames = Object.keys(catalogs) as CatalogName[];
