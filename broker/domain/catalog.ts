/** The platform team's file: clusters, roles (what can be asked for), reviewer groups. Parsed once, at every edge. */
import * as z from 'zod';
import { breakGlassFaults, breakGlassSchema } from './catalog-break-glass.ts';
import { claimFaults, claimsSchema } from './catalog-claims.ts';
import { namespacesSchema } from './catalog-namespaces.ts';
import { receiversSchema } from './catalog-receivers.ts';
import { referenceFaults } from './catalog-references.ts';
import {
  duties,
  environmentSchema,
  hoursSchema,
  limitsSchema,
  reviewsSchema,
  riskSchema,
  roleArn,
  ticketsSchema,
  toxicCombinationsSchema,
} from './catalog-rules.ts';
import { ticketingFaults, ticketingSchema } from './catalog-ticketing.ts';
import { usageSchema } from './catalog-usage.ts';
import { workloadFaults, workloadsSchema } from './catalog-workloads.ts';
import { durationSchema } from './duration.ts';
import { acceptsSchema } from './escalation/accepts.ts';
import { ownNamespace } from './namespaces.ts';
import { type Asking, canonicalPerson, namesOf, otherThan, personOf, personSchema } from './people.ts';
import { membersOf, type ReviewNeed } from './policy/review-needs.ts';
import { definedOnce, foreignName, isDefinedOnce, ruleFaults, withDefinition } from './role-definition.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'Use lower-case letters, digits and dashes, at most 63, no dash at the ends.',
  );

export const namespaceSchema = name;

export { ownNamespace };

const person = personSchema;

/** As the identity provider spells it: it need not be an address. */
const alias = z
  .string()
  .regex(/^[!-~]{2,64}$/, 'Write a session name: 2 to 64 characters of plain ASCII.')
  .transform(canonicalPerson);

/** One rule of a ClusterRole. Wildcards and rules over cluster-scoped URLs are not for namespaced, temporary access. */
const policyRuleSchema = z.strictObject({
  apiGroups: z.array(z.string()).min(1),
  resources: z.array(z.string().min(1)).min(1),
  verbs: z.array(z.string().min(1)).min(1),
  resourceNames: z.array(z.string().min(1)).min(1).optional(),
});
export type PolicyRule = z.output<typeof policyRuleSchema>;

const clusterSchema = z.strictObject({
  description: z.string().max(200).optional().describe('Shown to requesters and reviewers.'),
  eksName: z
    .string()
    .regex(/^[0-9A-Za-z][\w-]{0,99}$/)
    .optional()
    .describe('Name in EKS, where it differs from the name here.'),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/)
    .optional()
    .describe("Region, where it differs from the stack's."),
  environment: name.optional().describe('One of environments, whose rules hold on this cluster.'),
  protectedNamespaces: z
    .array(namespaceSchema)
    .default([])
    .describe(`Never granted, besides kube-* and ${ownNamespace}.`),
});

const roleFields = z.strictObject({
  description: z.string().min(1).max(300),
  duty: z.enum(duties),
  rules: z
    .array(policyRuleSchema)
    .min(1)
    .optional()
    .describe('What the role lets one do, inside its namespaces.'),
  clusterRole: foreignName
    .optional()
    .describe(
      'Instead of rules: a ClusterRole that the clusters have already, such as view. What it allows is read there, judged at each request, and asked for again where it has changed.',
    ),
  accepts: acceptsSchema,
  clusters: z.array(name).min(1),
  namespaces: z
    .array(namespacesSchema)
    .min(1)
    .describe(
      'Namespaces it can be asked for in: by name, as a pattern such as team-*, or by their labels, such as team=payments.',
    ),
  maxDuration: durationSchema,
  reviews: reviewsSchema,
  ticketRequired: z.boolean().default(false),
  hours: hoursSchema.optional().describe('When it can be had: start and end have to lie within.'),
  tasks: z
    .enum(['allowed', 'only', 'never'])
    .default('allowed')
    .describe(
      'Whether a request may name what it needs of the role (`--allow`); `only`: it has to, and gets no more than that.',
    ),
  workloads: z.boolean().default(false).describe('Whether CI jobs may ask for it, besides people.'),
  agents: z.boolean().default(false).describe('Whether agents may ask for it, besides people.'),
  breakGlass: breakGlassSchema
    .optional()
    .describe('Lets people have it at once in an emergency, without reviews beforehand; absent: never.'),
});
const roleSchema = roleFields
  .meta({ oneOf: [{ required: ['rules'] }, { required: ['clusterRole'] }] })
  .refine(isDefinedOnce, definedOnce)
  .transform(withDefinition);

const groupSchema = z.strictObject({ members: z.array(person).min(1) });

const shape = z.strictObject({
  version: z.literal(1),
  clusters: z.record(name, clusterSchema),
  roles: z.record(name, roleSchema),
  reviewers: z.record(name, groupSchema),
  operators: z.array(person).default([]).describe("May end others' grants."),
  trustedSessionNames: z
    .array(roleArn)
    .default([])
    .describe(
      'Roles, besides IAM Identity Center ones, whose trust policy fixes the session name to the person.',
    ),
  reviewWindow: durationSchema.prefault('4h').describe('How long a request waits for reviews.'),
  people: z
    .record(person, z.strictObject({ aliases: z.array(alias).min(1) }))
    .default({})
    .describe('Other names that the identity provider gives to a person: one person, one record.'),
  claims: claimsSchema.prefault({}),
  environments: z.record(name, environmentSchema).default({}),
  workingHours: hoursSchema.optional().describe('Outside of them the risk is higher.'),
  limits: limitsSchema.prefault({}),
  tickets: ticketsSchema.prefault({}),
  ticketing: ticketingSchema.prefault({}),
  receivers: receiversSchema.default({}),
  workloads: workloadsSchema.prefault({}),
  risk: riskSchema.prefault({}),
  usage: usageSchema
    .prefault({})
    .describe('What people do with their access, as the audit logs of the clusters tell.'),
  toxicCombinations: toxicCombinationsSchema.describe('Duties that nobody holds at the same time.'),
});

export type Catalog = z.output<typeof shape>;
export type CatalogRole = Catalog['roles'][string];

/** Reviewers, operators and those who ask for others by the main names of their records, as callers are known. */
function withMainNames(catalog: Catalog): Catalog {
  const main = (name: string) => personOf(catalog.people, name);
  const groups = Object.entries(catalog.reviewers).map(([group, { members }]) => [
    group,
    { members: members.map(main) },
  ]);
  const { claims } = catalog;
  return {
    ...catalog,
    reviewers: Object.fromEntries(groups),
    operators: catalog.operators.map(main),
    claims: {
      ...claims,
      onBehalfBy: claims.onBehalfBy.map((name) => (name.includes('@') ? main(name) : name)),
    },
  };
}

/** The whole catalog, with references between its parts checked. Input: the parsed YAML or JSON value. */
export const catalogSchema = shape.transform(withMainNames).superRefine((catalog, context) => {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  for (const { path, message } of [
    ...referenceFaults(catalog),
    ...ticketingFaults(catalog),
    ...workloadFaults(catalog),
    ...claimFaults(catalog),
  ])
    fault(path, message);
  for (const [roleName, role] of Object.entries(catalog.roles)) {
    const at = ['roles', roleName];
    if (!role.rules && role.tasks === 'only')
      fault([...at, 'tasks'], "The clusters' own ClusterRoles are given as they are: leave this out.");
    role.namespaces.forEach((namespace, i) => {
      if (namespace.startsWith('kube-'))
        fault(
          [...at, 'namespaces', i],
          `Namespace "${namespace}" belongs to Kubernetes itself and can't be granted.`,
        );
      if (namespace === ownNamespace)
        fault(
          [...at, 'namespaces', i],
          `Namespace "${namespace}" belongs to Curfew itself and can't be granted.`,
        );
    });
    const faults = [
      ...(role.rules ? ruleFaults(role) : []),
      ...breakGlassFaults(role, Object.keys(catalog.reviewers)),
    ];
    for (const { path, message } of faults) fault([...at, ...path], message);
  }
});

/** Where the catalog's clusters are in EKS. `region`: of the deployment. */
export function catalogClusters(
  { clusters }: Pick<Catalog, 'clusters'>,
  region: string,
): { eksName: string; region: string }[] {
  return Object.entries(clusters).map(([name, listed]) => ({
    eksName: listed.eksName ?? name,
    region: listed.region ?? region,
  }));
}

/** People who may review a role, each once, sorted. */
export function reviewersOf(
  catalog: Pick<Catalog, 'reviewers'>,
  { reviews }: Pick<CatalogRole, 'reviews'>,
): string[] {
  return membersOf(
    catalog,
    reviews.flatMap(({ from }) => from),
  );
}

/** Who may answer: whoever a need names, without the requester under any of their names. */
export function eligibleReviewers(
  catalog: Pick<Catalog, 'reviewers' | 'people'>,
  needs: readonly ReviewNeed[],
  requester: Asking,
): string[] {
  const people = membersOf(
    catalog,
    needs.flatMap(({ from }) => from),
  );
  return otherThan(namesOf(catalog.people, requester), people);
}
