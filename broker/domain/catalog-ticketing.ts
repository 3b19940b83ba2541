/** The part of the catalog on ticket systems: who tells of tickets, by which secret, and what is looked at before access is given. */
import * as z from 'zod';
import type { Catalog } from './catalog.ts';
import { asksFaults, asksSchema } from './catalog-asks.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { isPattern } from './catalog-rules.ts';

export const ticketSystems = ['jira', 'servicenow', 'pagerduty', 'github', 'standard-webhooks'] as const;
export type TicketSystem = (typeof ticketSystems)[number];

const secretName = z
  .string()
  .regex(/^[\w/+=.@-]{1,200}$/, 'Write the name of a secret in Secrets Manager, never its value or its ARN.');

/** A name, and one that DNS has to find: its last part begins with a letter, which that of an address doesn't. */
export const hostPattern = '([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])';

/** No address, no port, no path, nothing that could lead elsewhere. */
const host = z
  .string()
  .max(253)
  .regex(
    new RegExp(`^${hostPattern}$`),
    'Write a host name such as example.atlassian.net, without https:// and path.',
  );

const liveSchema = z.strictObject({
  assignedToRequester: z
    .boolean()
    .default(false)
    .describe('Whether the one who asks has to be the one whom it is assigned to.'),
  approvedStates: z
    .array(z.string().min(1).max(60))
    .min(1)
    .optional()
    .describe('It has to be in one of these states, or to have this approval.'),
  changeWindow: z
    .boolean()
    .default(false)
    .describe('Whether access has to lie within the planned start and end of the change.'),
});

const sourceSchema = z.strictObject({
  kind: z.enum(ticketSystems),
  tickets: z
    .string()
    .refine(isPattern, 'Write a regular expression such as PAY-[0-9]+.')
    .describe('Regular expression for the whole name of its tickets. What it tells of others is ignored.'),
  secretName: secretName
    .optional()
    .describe('Secret in Secrets Manager by which its webhooks are signed. Absent: none are taken.'),
  closedStates: z
    .array(z.string().min(1).max(60))
    .default([])
    .describe('States that count as closed, besides those that the system itself, or their name, calls so.'),
  host: host.optional().describe('Where its REST API is asked; nothing else ever is.'),
  apiSecretName: secretName.optional().describe('Secret in Secrets Manager by which its REST API is asked.'),
  comments: z
    .boolean()
    .default(false)
    .describe('Whether its tickets get a comment when access is asked for, approved, begins and ends.'),
  table: z
    .string()
    .regex(/^[a-z][a-z0-9_]{0,79}$/, 'Write the name of a table such as change_request.')
    .default('task')
    .describe('Of ServiceNow: the table that its tickets are in.'),
  windowFields: z
    .strictObject({
      start: z.string().regex(/^\w{1,64}$/),
      end: z.string().regex(/^\w{1,64}$/),
    })
    .optional()
    .describe('Of Jira: the fields that hold the start and end of a change, such as customfield_10061.'),
  asks: asksSchema
    .optional()
    .describe('By what its tickets ask for access, in the name of whoever does it. Absent: by nothing.'),
  live: liveSchema
    .optional()
    .describe('What is looked at in it, besides that it is open, before access is given. Absent: nothing.'),
});
export type TicketSource = z.output<typeof sourceSchema>;

export const ticketingSchema = z.strictObject({
  sources: z
    .record(
      z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'Use lower-case letters, digits and dashes.'),
      sourceSchema,
    )
    .default({})
    .describe('Ticket systems, by the names that their webhooks are sent to: POST /v1/webhooks/{name}.'),
});

/** What is missing for a source to do what it is listed for. */
export function ticketingFaults(
  catalog: Pick<Catalog, 'ticketing' | 'roles' | 'clusters'>,
): ReferenceFault[] {
  return Object.entries(catalog.ticketing.sources).flatMap(([name, source]) =>
    [...sourceFaults(source), ...asksFaults(catalog, source)].map(({ path, message }) => ({
      path: ['ticketing', 'sources', name, ...path],
      message,
    })),
  );
}

function sourceFaults({
  kind,
  secretName,
  host,
  apiSecretName,
  live,
  comments,
  windowFields,
}: TicketSource): ReferenceFault[] {
  const fault = (path: string[], message: string) => [{ path, message }];
  if (comments && kind === 'standard-webhooks')
    return fault(['comments'], 'Comments can be written to jira, servicenow, pagerduty and github only.');
  const used = comments ? ['comments'] : ['live'];
  const unreachable = [
    ...(host === undefined ? fault(used, 'Say where its REST API is: host.') : []),
    ...(apiSecretName === undefined
      ? fault(used, 'Say by which secret its REST API is asked: apiSecretName.')
      : []),
  ];
  if (!live) {
    if (comments) return unreachable;
    return secretName === undefined
      ? fault(
          [],
          'It neither tells of tickets (secretName) nor is it asked for them (live) or told anything (comments).',
        )
      : [];
  }
  if (kind === 'github' || kind === 'standard-webhooks')
    return fault(
      ['live'],
      `Tickets of ${kind} can't be looked at: only those of jira, servicenow and pagerduty.`,
    );
  const windowless =
    kind === 'pagerduty'
      ? 'Incidents of PagerDuty have no change window.'
      : kind === 'jira' && !windowFields
        ? 'Say which fields hold the window: windowFields.'
        : undefined;
  return [
    ...unreachable,
    ...(live.changeWindow && windowless ? fault(['live', 'changeWindow'], windowless) : []),
  ];
}
