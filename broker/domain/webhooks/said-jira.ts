/** What is done in Jira Cloud by which somebody may ask: a new comment, labels, fields of one's own. */
import * as z from 'zod';
import { isCommand } from '../asks/command.ts';
import { isClosedState, ticketKey } from '../ticket.ts';
import type { ReadSaid, Said, Way } from './said.ts';
import { comment, milliseconds, summary, text } from './shapes.ts';

const user = z.looseObject({
  accountId: text,
  accountType: z.string().optional(),
  active: z.boolean().optional(),
  emailAddress: z.string().optional(),
});

/** Portal customers choose the address that they give; apps are nobody. */
function userOf(found: z.output<typeof user> | null | undefined): Pick<Said, 'by'> {
  if (!found || found.active === false || (found.accountType ?? 'atlassian') !== 'atlassian') return {};
  const { accountId: id, emailAddress: address } = found;
  return { by: { id, ...(address === undefined ? {} : { address }) } };
}

const fields = z.looseObject({
  summary,
  status: z.looseObject({ name: text, statusCategory: z.looseObject({ key: text }) }).optional(),
  labels: z.array(z.string()).optional(),
});
const issue = z.looseObject({ key: text, fields });

/** Null where there is none; and every object has a `toString`, also one that says nothing of it. */
const words = z.string().nullish().catch(undefined);

const told = z.looseObject({ timestamp: milliseconds, webhookEvent: text, issue });
const commented = told.extend({
  comment: z.looseObject({ id: text, body: comment, author: user.nullish() }),
});
const changed = told.extend({
  user: user.nullish(),
  changelog: z
    .looseObject({
      id: z.union([text, z.int()]),
      items: z.array(
        z.looseObject({
          field: z.string(),
          fieldtype: z.string(),
          fieldId: z.string().nullish(),
          fromString: words,
          toString: words,
        }),
      ),
    })
    .optional(),
});

const aComment = z.looseObject({
  webhookEvent: z.literal('comment_created'),
  comment: z.looseObject({ body: z.string().refine(isCommand) }),
});
const aChange = z.looseObject({ webhookEvent: z.enum(['jira:issue_created', 'jira:issue_updated']) });

export const saidInJira: ReadSaid = (body, { asks, closedStates }) => {
  const common = ({ timestamp, issue: { key, fields } }: z.output<typeof told>) => ({
    ticket: ticketKey(key),
    at: timestamp,
    closed:
      fields.status !== undefined &&
      (fields.status.statusCategory.key === 'done' || isClosedState(fields.status.name, closedStates)),
    ...(fields.summary === undefined ? {} : { summary: fields.summary }),
  });
  if (asks.command && aComment.safeParse(body).success) {
    const parsed = commented.safeParse(body);
    if (!parsed.success) return 'unreadable';
    const { comment } = parsed.data;
    return {
      ...common(parsed.data),
      ...userOf(comment.author),
      id: `comment:${comment.id}`,
      way: { comment: comment.body },
    };
  }
  if (!aChange.safeParse(body).success) return undefined;
  const parsed = changed.safeParse(body);
  if (!parsed.success) return 'unreadable';
  const way = wayOf(parsed.data, asks);
  if (!way) return undefined;
  const { changelog, user } = parsed.data;
  const id = changelog ? `change:${changelog.id}` : 'created';
  return { ...common(parsed.data), ...userOf(user), id, way };
};

/** Only what this very event put there: what others had put there before isn't asked for by whoever touches the ticket next. */
function wayOf(
  { webhookEvent, changelog, issue }: z.output<typeof changed>,
  asks: Parameters<ReadSaid>[1]['asks'],
): Way | undefined {
  const isNew = webhookEvent === 'jira:issue_created';
  const items = changelog?.items ?? [];
  const each = (list: string | null | undefined) => (list ?? '').split(' ').filter((word) => word !== '');
  const change = items.find(({ field, fieldtype }) => field === 'labels' && fieldtype === 'jira');
  const before = each(change?.fromString);
  const put = isNew
    ? (issue.fields.labels ?? [])
    : each(change?.toString).filter((label) => !before.includes(label));
  const labels = put.filter((label) => Object.hasOwn(asks.labels, label));
  if (labels.length > 0) return { labels };
  const of = asks.fields;
  if (!of) return undefined;
  const set = items.find(({ fieldId }) => fieldId === of.role)?.toString;
  const role = isNew ? shownIn(issue.fields[of.role]) : (set ?? undefined);
  if (role === undefined || role === '') return undefined;
  const rest = { namespaces: of.namespaces, duration: of.duration, cluster: of.cluster };
  const found = Object.entries(rest).flatMap(([key, field]) => {
    const value = field === undefined ? undefined : shownIn(issue.fields[field]);
    return value === undefined ? [] : [[key, value] as const];
  });
  return { fields: { role, ...Object.fromEntries(found) } };
}

const option = z.union([z.string(), z.looseObject({ value: z.string() }).transform(({ value }) => value)]);

/** Of a field of text, of choices, or of several: what it shows. */
function shownIn(field: unknown): string | undefined {
  const parsed = z.union([option, z.array(option).transform((all) => all.join(','))]).safeParse(field);
  return parsed.success && parsed.data.trim() !== '' ? parsed.data.trim() : undefined;
}
