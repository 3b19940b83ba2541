/** The catalog: what can be asked for, and how a cluster is reached. */
import * as z from 'zod';
import { type Catalog, type CatalogRole, namespaceSchema, reviewersOf } from '#domain/catalog.ts';
import { concernsOf } from '#domain/escalation/accepts.ts';
import type { Caller } from '#domain/identity.ts';
import { fewest } from '#domain/policy/review-needs.ts';
import { foreignInShort, inShort } from '#domain/rules-in-words.ts';
import { showCluster } from '#operations/show-cluster.ts';
import { type Route, route } from '../route.ts';

const escalationView = z.object({
  id: z.string().describe('Stable, such as `E17-exec`.'),
  severity: z.enum(['critical', 'high', 'medium']),
  title: z.string().describe('Completes "This role can ...".'),
  why: z.string().describe('What it lets one do, in sentences.'),
  outlives: z.boolean().describe('Whether what is gained or made stays when a grant has ended.'),
  accepted: z.string().optional().describe("The catalog's reason to accept it."),
});

const roleView = z
  .object({
    name: z.string(),
    description: z.string(),
    duty: z.string(),
    rules: z
      .array(
        z.object({
          apiGroups: z.array(z.string()),
          resources: z.array(z.string()),
          verbs: z.array(z.string()),
          resourceNames: z.array(z.string()).optional(),
        }),
      )
      .optional()
      .describe('Absent where it is a ClusterRole of the clusters: a simulation tells what that allows.'),
    clusterRole: z
      .string()
      .optional()
      .describe("Of a role that isn't the catalog's own: the ClusterRole that the clusters have."),
    inShort: z.string().describe('What the rules let one do, and what not, in plain words.'),
    escalations: z
      .array(escalationView)
      .describe('What the rules can lead to beyond themselves, worst first.'),
    accepts: z
      .array(z.object({ escalation: z.string(), reason: z.string() }))
      .describe('What the catalog accepts of that, by name.'),
    clusters: z.array(z.string()),
    namespaces: z.array(z.string()),
    maxDurationSeconds: z.int(),
    reviewsNeeded: z.int(),
    ticketRequired: z.boolean(),
    tasks: z
      .enum(['allowed', 'only', 'never'])
      .describe('Whether a request may name what it needs of the role; `only`: it has to.'),
    breakGlass: z
      .object({
        maxDurationSeconds: z.int(),
        afterReviewFrom: z.array(z.string()).describe('Groups whose members look back at it.'),
        afterReviewWithinSeconds: z.int(),
      })
      .optional()
      .describe('In an emergency people have it at once, without reviews; absent: never.'),
    reviewers: z.array(z.string()).optional().describe('Only for callers who are one of them.'),
  })
  .meta({ id: 'CatalogRole' });

export const catalogView = z
  .object({
    clusters: z.array(z.object({ name: z.string(), description: z.string().optional() })),
    roles: z.array(roleView),
    reviewWindowSeconds: z.int(),
  })
  .meta({ id: 'Catalog' });
export type CatalogView = z.output<typeof catalogView>;

export const clusterView = z
  .object({
    eksName: z.string(),
    region: z.string(),
    endpoint: z.string(),
    certificateAuthority: z.string().describe('PEM in base64, as DescribeCluster gives it.'),
  })
  .meta({ id: 'Cluster' });

function breakGlassViewOf({ breakGlass }: CatalogRole): z.output<typeof roleView>['breakGlass'] {
  return (
    breakGlass && {
      maxDurationSeconds: breakGlass.maxDuration,
      afterReviewFrom: breakGlass.afterReview.from,
      afterReviewWithinSeconds: breakGlass.afterReview.within,
    }
  );
}

function roleViewOf(
  catalog: Catalog,
  name: string,
  role: CatalogRole,
  caller: Caller,
): z.output<typeof roleView> {
  const reviewers = reviewersOf(catalog, role);
  const isReviewer = caller.person !== undefined && reviewers.includes(caller.person);
  return roleView.parse({
    ...role,
    name,
    inShort: role.rules ? inShort(role.rules) : foreignInShort(role.clusterRole),
    escalations: role.rules ? concernsOf(role) : [],
    // The fences know no bounds of rules that the catalog doesn't hold.
    tasks: role.rules ? role.tasks : 'never',
    maxDurationSeconds: role.maxDuration,
    reviewsNeeded: fewest(role.reviews),
    breakGlass: breakGlassViewOf(role),
    ...(isReviewer ? { reviewers } : {}),
  });
}

function catalogViewOf(catalog: Catalog, caller: Caller): CatalogView {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  return {
    clusters: Object.entries(catalog.clusters)
      .sort(byName)
      .map(([name, { description }]) => ({ name, ...(description === undefined ? {} : { description }) })),
    roles: Object.entries(catalog.roles)
      .sort(byName)
      .map(([name, role]) => roleViewOf(catalog, name, role, caller)),
    reviewWindowSeconds: catalog.reviewWindow,
  };
}

export const catalog: Route[] = [
  route({
    name: 'showCatalog',
    method: 'GET',
    path: '/v1/catalog',
    summary: 'List the clusters and roles that can be asked for.',
    answers: { 200: { description: 'The catalog.', schema: catalogView } },
    problems: [],
    async handle(world, { caller }) {
      return { status: 200, body: catalogViewOf(world.catalog, caller) };
    },
  }),
  route({
    name: 'showCluster',
    method: 'GET',
    path: '/v1/clusters/{name}',
    summary: 'Show how a cluster is reached: what a kubeconfig needs, and no secret.',
    params: z.strictObject({ name: namespaceSchema.describe('As the catalog calls it.') }),
    answers: { 200: { description: 'Its address as of now.', schema: clusterView } },
    problems: ['ClusterNotReady'],
    async handle(world, { params: { name } }) {
      return { status: 200, body: clusterView.parse(await showCluster(world, { cluster: name })) };
    },
  }),
];
