/**
 * Announcement: what the outside is told of one audit event. Small, versioned, and made of what may be read by whoever listens: no
 * secret, no token, no link, and nothing of what people wrote that could pass for more than text.
 */
import * as z from 'zod';
import { announcedTypes } from './announced-types.ts';
import { announcementText } from './announcement-words.ts';
import { type AnyEvent, killStatuses } from './audit-event.ts';
import type { Catalog } from './catalog.ts';
import { instantSchema } from './instant.ts';
import type { KillOrder } from './kill-order.ts';
import type { AccessRequest } from './request.ts';
import { statuses } from './request.ts';
import { sourcesOf } from './ticket.ts';

const instant = instantSchema.describe('RFC 3339, in UTC.');
const said = z
  .string()
  .max(500)
  .describe("People's own words, on one line, and nothing but text: no markup in it is ours.");

/** Keys are only ever added to a version; none changes its meaning. */
const heading = {
  version: z.literal(1),
  id: z.string().describe('The same however often it is told, and of no other: by it doubles are dropped.'),
  seq: z
    .int()
    .positive()
    .describe('Number of the event in its record: 1 first, later ones higher, with gaps.'),
  at: instant.describe('When it happened. RFC 3339, in UTC.'),
  deployment: z.string(),
  type: z.enum(announcedTypes),
  by: z.string().describe('Person, session, or curfew:<function>.'),
  text: z.string().describe('One sentence of ours, without any free text.'),
  said: said.exactOptional().describe('Why, as it is on record.'),
};

const requestAnnouncement = z.strictObject({
  ...heading,
  status: z.enum(statuses),
  ticketSources: z
    .array(z.string())
    .exactOptional()
    .describe('Names of the sources in the catalog that its ticket belongs to.'),
  request: z.strictObject({
    id: z.string(),
    requester: z.string().describe('Address of the person; of anybody else, role and session.'),
    cluster: z.string().describe('Name in the catalog.'),
    namespaces: z.array(z.string()),
    role: z.string().describe('Name in the catalog.'),
    allow: z.array(z.string()).exactOptional().describe('Only this of the role.'),
    durationSeconds: z.int(),
    reason: said,
    ticket: z.string().exactOptional(),
    startsAt: instant.exactOptional(),
    extends: z.string().exactOptional().describe('Id of the request whose grant this one continues.'),
    breakGlass: z.literal(true).exactOptional(),
    approvedBy: z.array(z.string()).exactOptional().describe('Who had approved it by then.'),
    expiresAt: instant.exactOptional().describe('When its access ends at the latest.'),
    endedAt: instant.exactOptional().describe('When nothing stood any more.'),
  }),
});

const killAnnouncement = z.strictObject({
  ...heading,
  status: z.enum(killStatuses),
  killSwitch: z.strictObject({
    id: z.string(),
    scope: z.strictObject({
      kind: z.enum(['person', 'principal', 'cluster', 'everything']),
      value: z.string().exactOptional(),
    }),
    reason: said,
  }),
});

export const announcementSchema = z.union([requestAnnouncement, killAnnouncement]);
export type Announcement = z.output<typeof announcementSchema>;

/** JSON Schema of an announcement, published as docs/events.schema.json. */
export function announcementJsonSchema(): unknown {
  return z.toJSONSchema(announcementSchema, { target: 'draft-2020-12' });
}

const mostSaid = 500;

/** On one line, without what is not seen: records of old may hold what is refused today. */
export function sayable(text: string): string {
  const plain = text.replace(/[\s\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  return plain.length > mostSaid ? `${plain.slice(0, mostSaid - 1).toWellFormed()}…` : plain;
}

/** What an event is about, as it is on record now: later than the event, but nothing that is told of it changes. */
export type Recorded = { request: AccessRequest } | { order: KillOrder };

/** Undefined for what the outside is not told of. */
export function announcementOf(
  { deployment, catalog }: { deployment: string; catalog: Pick<Catalog, 'ticketing'> },
  event: AnyEvent,
  record: Recorded,
): Announcement | undefined {
  if (!announcedTypes.includes(event.type)) return undefined;
  const reason = sayable(String(event.facts.reason ?? ''));
  const told = {
    version: 1,
    id: `${event.requestId}-${event.seq}`,
    seq: event.seq,
    at: event.at,
    deployment,
    type: event.type,
    by: event.actor,
    status: event.status,
    text: announcementText(event, record),
    ...(reason === '' ? {} : { said: reason }),
    ...('order' in record
      ? { killSwitch: ofOrder(record.order) }
      : ofRequest(catalog, event, record.request)),
  };
  return announcementSchema.parse(told);
}

function ofOrder({ id, scope, reason }: KillOrder) {
  return { id, scope, reason: sayable(reason) };
}

function ofRequest(catalog: Pick<Catalog, 'ticketing'>, event: AnyEvent, request: AccessRequest) {
  const { id, requester, asked, reviews, grant } = request;
  const { reason, ticket, ...rest } = asked;
  const sources = ticket === undefined ? [] : sourcesOf(catalog, ticket).map(({ name }) => name);
  const approvedBy = reviews
    .filter(({ answer, at }) => answer === 'approve' && at <= event.at)
    .map(({ reviewer }) => reviewer);
  const opened = grant !== undefined && grant.openedAt <= event.at;
  const over = event.type === 'revoked' && grant?.unboundAt !== undefined;
  return {
    ...(sources.length === 0 ? {} : { ticketSources: sources }),
    request: {
      id,
      requester: requester.key,
      cluster: rest.cluster,
      namespaces: rest.namespaces,
      role: rest.role,
      durationSeconds: rest.durationSeconds,
      reason: sayable(reason),
      ...(rest.allow === undefined ? {} : { allow: rest.allow }),
      ...(ticket === undefined ? {} : { ticket: sayable(ticket) }),
      ...(rest.startsAt === undefined ? {} : { startsAt: rest.startsAt }),
      ...(rest.extends === undefined ? {} : { extends: rest.extends }),
      ...(rest.breakGlass === undefined ? {} : { breakGlass: rest.breakGlass }),
      ...(approvedBy.length === 0 ? {} : { approvedBy }),
      ...(opened ? { expiresAt: grant.expiresAt } : {}),
      ...(over ? { endedAt: grant.unboundAt } : {}),
    },
  };
}
