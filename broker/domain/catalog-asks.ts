/** The part of the catalog on tickets that ask: by what a ticket asks for access, for which roles, and what its source has to be for that. */
import * as z from 'zod';
import type { Catalog } from './catalog.ts';
import { listed } from './catalog-lookup.ts';
import type { ReferenceFault } from './catalog-references.ts';
import type { TicketSystem } from './catalog-ticketing.ts';
import { durationSchema } from './duration.ts';

const name = z.string().min(1).max(63);
const field = z
  .string()
  .regex(/^customfield_\d{1,10}$/, "Write a custom field by Jira's id, such as customfield_10061.");

/** What a label stands for: all of it is said here, and nothing in the ticket. */
const labelled = z.strictObject({
  role: name,
  namespaces: z.array(name).min(1).max(10),
  cluster: name.optional(),
  duration: durationSchema.optional(),
});

export const asksSchema = z.strictObject({
  roles: z.array(name).min(1).describe('Which roles can be asked for by its tickets; no others.'),
  command: z
    .boolean()
    .default(false)
    .describe('Whether a new comment asks that begins with `/curfew role=... ns=... for=...`.'),
  labels: z
    .record(z.string().regex(/^[!-~]{1,50}$/, 'Write a label in plain ASCII, without spaces.'), labelled)
    .default({})
    .describe('Of Jira and GitHub: what whoever puts one of these labels on a ticket asks for.'),
  fields: z
    .strictObject({
      role: field.describe('Whoever sets it asks, for what the other fields say then.'),
      namespaces: field,
      duration: field.optional(),
      cluster: field.optional(),
    })
    .optional()
    .describe('Of Jira: the custom fields of a ticket that say what is asked for.'),
  defaults: z
    .strictObject({ cluster: name.optional(), duration: durationSchema.optional() })
    .prefault({})
    .describe('Where the ticket does not say it.'),
});
export type Asks = z.output<typeof asksSchema>;

/** Which systems know labels, and which have fields of one's own. */
const labelling: readonly TicketSystem[] = ['jira', 'github'];

interface Asked {
  kind: TicketSystem;
  secretName?: string | undefined;
  asks?: Asks | undefined;
}

/** What is missing for tickets of a source to ask for anything. */
export function asksFaults(
  { roles, clusters }: Pick<Catalog, 'roles' | 'clusters'>,
  { kind, secretName, asks }: Asked,
): ReferenceFault[] {
  if (!asks) return [];
  const fault = (path: (string | number)[], message: string) => [{ path: ['asks', ...path], message }];
  const labels = Object.entries(asks.labels);
  const noRole = (path: (string | number)[], role: string) =>
    listed(roles, role) ? [] : fault(path, `No role "${role}" under roles.`);
  const noCluster = (path: (string | number)[], cluster: string | undefined) =>
    cluster === undefined || listed(clusters, cluster)
      ? []
      : fault(path, `No cluster "${cluster}" under clusters.`);
  return [
    ...(secretName === undefined
      ? fault([], 'Say by which secret its webhooks are signed: secretName.')
      : []),
    ...(asks.command || labels.length > 0 || asks.fields
      ? []
      : fault([], 'Say by what its tickets ask: command, labels or fields.')),
    ...(labels.length > 0 && !labelling.includes(kind)
      ? fault(['labels'], `Tickets of ${kind} have no labels: only those of ${labelling.join(' and ')}.`)
      : []),
    ...(asks.fields && kind !== 'jira' ? fault(['fields'], 'Only tickets of jira have custom fields.') : []),
    ...asks.roles.flatMap((role, i) => noRole(['roles', i], role)),
    ...noCluster(['defaults', 'cluster'], asks.defaults.cluster),
    ...labels.flatMap(([label, { role, cluster }]) => [
      ...noRole(['labels', label, 'role'], role),
      ...(asks.roles.includes(role)
        ? []
        : fault(['labels', label, 'role'], `Role "${role}" is not among the roles of asks.`)),
      ...noCluster(['labels', label, 'cluster'], cluster),
    ]),
  ];
}
