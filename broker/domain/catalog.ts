/** The platform team's file: clusters, roles (what can be asked for), reviewer groups. Parsed once, at every edge. */
import * as z from 'zod';
import { durationSchema } from './duration.ts';
import { acceptFaults, acceptsSchema } from './escalation/accepts.ts';
import { canonicalPerson } from './identity.ts';

const name = z
  .string()
  .regex(
    /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'Use lower-case letters, digits and dashes, at most 63, no dash at the ends.',
  );

export const namespaceSchema = name;

/** What Curfew itself runs in a cluster stands here. */
export const ownNamespace = 'curfew-system';

const person = z
  .string()
  .regex(
    /^[^\s@]+@[^\s@]+$/,
    'Write a person as an e-mail address: the session name their identity provider gives them.',
  )
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
  protectedNamespaces: z
    .array(namespaceSchema)
    .default([])
    .describe(`Never granted, besides kube-* and ${ownNamespace}.`),
});

const reviewsSchema = z.strictObject({
  required: z
    .int()
    .min(0)
    .max(5)
    .describe('Approvals needed; 0 grants at once, by the rule named after the role.'),
  from: z.array(name).default([]).describe('Reviewer groups whose members may answer.'),
});

const roleSchema = z.strictObject({
  description: z.string().min(1).max(300),
  duty: z.enum(['deployment', 'monitoring', 'networking', 'auditing', 'secrets', 'debugging']),
  rules: z.array(policyRuleSchema).min(1).describe('What the role lets one do, inside its namespaces.'),
  accepts: acceptsSchema,
  clusters: z.array(name).min(1),
  namespaces: z.array(namespaceSchema).min(1).describe('Namespaces it can be asked for in.'),
  maxDuration: durationSchema,
  reviews: reviewsSchema,
  ticketRequired: z.boolean().default(false),
});

const groupSchema = z.strictObject({ members: z.array(person).min(1) });

const shape = z.strictObject({
  version: z.literal(1),
  clusters: z.record(name, clusterSchema),
  roles: z.record(name, roleSchema),
  reviewers: z.record(name, groupSchema),
  operators: z.array(person).default([]).describe("May end others' grants."),
  trustedSessionNames: z
    .array(
      z.string().regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, 'Write the full role ARN, with its path.'),
    )
    .default([])
    .describe(
      'Roles, besides IAM Identity Center ones, whose trust policy fixes the session name to the person.',
    ),
  reviewWindow: durationSchema.prefault('4h').describe('How long a request waits for reviews.'),
});

export type Catalog = z.output<typeof shape>;
export type CatalogRole = Catalog['roles'][string];

/** The whole catalog, with references between its parts checked. Input: the parsed YAML or JSON value. */
export const catalogSchema = shape.superRefine((catalog, context) => {
  const fault = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  for (const [roleName, role] of Object.entries(catalog.roles)) {
    const at = ['roles', roleName];
    role.clusters.forEach((cluster, i) => {
      if (!Object.hasOwn(catalog.clusters, cluster))
        fault([...at, 'clusters', i], `No cluster "${cluster}" under clusters.`);
    });
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
    role.reviews.from.forEach((group, i) => {
      if (!Object.hasOwn(catalog.reviewers, group))
        fault([...at, 'reviews', 'from', i], `No group "${group}" under reviewers.`);
    });
    const eligible = reviewersOf(catalog, role).length;
    if (role.reviews.required > eligible) {
      fault(
        [...at, 'reviews', 'required'],
        `Needs ${role.reviews.required} approvals, but its groups have ${eligible} people.`,
      );
    }
    role.rules.forEach((rule, i) => {
      const wild = [...rule.apiGroups, ...rule.resources, ...rule.verbs].some((part) => part.includes('*'));
      if (wild)
        fault(
          [...at, 'rules', i],
          'Wildcards grant what nobody has listed; name the groups, resources and verbs.',
        );
    });
    for (const { path, message } of acceptFaults(role)) fault([...at, ...path], message);
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
  role: Pick<CatalogRole, 'reviews'>,
): string[] {
  return [...new Set(role.reviews.from.flatMap((group) => catalog.reviewers[group]?.members ?? []))].sort();
}

/** Who may answer one request: the role's reviewers without the requester. */
export function eligibleReviewers(
  catalog: Pick<Catalog, 'reviewers'>,
  role: Pick<CatalogRole, 'reviews'>,
  requester: { person?: string },
): string[] {
  return reviewersOf(catalog, role).filter((person) => person !== requester.person);
}
