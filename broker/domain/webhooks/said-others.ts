/** What is done in the other ticket systems by which somebody may ask: a new comment, and in GitHub a label. */
import * as z from 'zod';
import { isCommand } from '../asks/command.ts';
import { isClosedState, ticketKey } from '../ticket.ts';
import type { Asking, ReadSaid, Said } from './said.ts';
import { comment, instant, summary, text } from './shapes.ts';

const command = z.string().refine(isCommand);

/** `about`: whether somebody may ask by it at all; only then its shape matters. */
function reading<About, T>(
  about: (of: Asking) => z.ZodType<About>,
  shape: z.ZodType<T>,
  read: (told: T, of: Asking) => Said,
): ReadSaid {
  return (body, of) => {
    if (!about(of).safeParse(body).success) return undefined;
    const parsed = shape.safeParse(body);
    if (!parsed.success) return 'unreadable';
    const said = read(parsed.data, of);
    return { ...said, ticket: ticketKey(said.ticket) };
  };
}

const titled = (title: string | undefined) => (title === undefined ? {} : { summary: title });

const never = z.never();
/** Apps that act in somebody's name included: it isn't the person who acts. */
const byApp = z.unknown().transform((app) => app !== undefined && app !== null);

const githubUser = z.looseObject({ id: z.int().positive(), type: z.string() });
const githubIssue = z.looseObject({
  number: z.int().positive(),
  title: summary,
  state: text,
  updated_at: instant,
  pull_request: z.undefined().optional(),
});

/** By the number of the account: a login that is given up can be taken by anybody. */
const githubBy = (sender: z.output<typeof githubUser>, isPerson: boolean) =>
  isPerson && sender.type === 'User' ? { by: { id: String(sender.id) } } : {};

const githubTold = z.looseObject({
  issue: githubIssue,
  repository: z.looseObject({ full_name: text }),
  sender: githubUser,
});
const githubCommon = ({ issue, repository }: z.output<typeof githubTold>, { closedStates }: Asking) => ({
  ticket: `${repository.full_name}#${issue.number}`,
  closed: isClosedState(issue.state, closedStates),
  ...titled(issue.title),
});

const githubComment = reading(
  ({ asks }) =>
    asks.command
      ? z.looseObject({
          action: z.literal('created'),
          comment: z.looseObject({ body: command }),
          issue: z.looseObject({ pull_request: z.undefined().optional() }),
        })
      : never,
  githubTold.extend({
    comment: z.looseObject({
      id: z.int().positive(),
      body: comment,
      created_at: instant,
      user: z.looseObject({ id: z.int().positive() }),
      performed_via_github_app: byApp,
    }),
  }),
  (told, of) => {
    const { comment, sender } = told;
    return {
      ...githubCommon(told, of),
      ...githubBy(sender, sender.id === comment.user.id && !comment.performed_via_github_app),
      at: comment.created_at,
      id: `comment:${comment.id}`,
      way: { comment: comment.body },
    };
  },
);

const githubLabel = reading(
  ({ asks: { labels } }) =>
    z.looseObject({
      action: z.literal('labeled'),
      label: z.looseObject({ name: z.string().refine((name) => Object.hasOwn(labels, name)) }),
      issue: z.looseObject({ pull_request: z.undefined().optional() }),
    }),
  githubTold.extend({ label: z.looseObject({ name: text }) }),
  (told, of) => ({
    ...githubCommon(told, of),
    ...githubBy(told.sender, true),
    at: told.issue.updated_at,
    id: `label:${told.label.name}:${told.issue.updated_at}`,
    way: { labels: [told.label.name] },
  }),
);

export const saidInGithub: ReadSaid = (body, of) => githubComment(body, of) ?? githubLabel(body, of);

/** A note that is too long comes cut: its command may have lost its end. */
export const saidInPagerduty = reading(
  ({ asks }) =>
    asks.command
      ? z.looseObject({
          event: z.looseObject({
            event_type: z.literal('incident.annotated'),
            data: z.looseObject({ content: command }),
          }),
        })
      : never,
  z.looseObject({
    event: z.looseObject({
      occurred_at: instant,
      agent: z.looseObject({ id: text, type: z.string() }).nullish(),
      data: z.looseObject({
        id: text,
        content: comment,
        trimmed: z.boolean().optional(),
        incident: z.looseObject({ id: text, summary }),
      }),
    }),
  }),
  ({ event: { occurred_at, agent, data } }) => ({
    ticket: data.incident.id,
    at: occurred_at,
    id: `note:${data.id}`,
    ...(agent?.type === 'user_reference' ? { by: { id: agent.id } } : {}),
    ...titled(data.incident.summary),
    // Not told of here; whether it is open says the webhook of its end, or a look at it.
    closed: false,
    way: { comment: data.trimmed ? '/curfew …' : data.content },
  }),
);

const namedUser = z.looseObject({ id: text, email: z.string().optional() });
const named = ({ id, email }: z.output<typeof namedUser>) => ({
  by: { id, ...(email ? { address: email } : {}) },
});
const asksBy = (key: 'comment') => z.looseObject({ [key]: command });

/** Of docs/tickets.md. */
export const saidInServicenow = reading(
  ({ asks }) => (asks.command ? asksBy('comment') : never),
  z.looseObject({
    event: text,
    number: text,
    active: z.boolean(),
    state: text,
    at: instant,
    user: namedUser,
    comment,
    summary,
  }),
  ({ event, number, active, state, at, user, comment, summary }, { closedStates }) => ({
    ticket: number,
    at,
    id: event,
    ...named(user),
    ...titled(summary),
    closed: !active || isClosedState(state, closedStates),
    way: { comment },
  }),
);

/** Of docs/tickets.md, as Standard Webhooks has it. */
export const saidInStandard = reading(
  ({ asks }) =>
    asks.command ? z.looseObject({ type: z.literal('ticket.commented'), data: asksBy('comment') }) : never,
  z.looseObject({
    timestamp: instant,
    data: z.looseObject({ ticket: text, state: text, id: text, user: namedUser, comment, summary }),
  }),
  ({ timestamp, data: { ticket, state, id, user, comment, summary } }, { closedStates }) => ({
    ticket,
    at: timestamp,
    id,
    ...named(user),
    ...titled(summary),
    closed: isClosedState(state, closedStates),
    way: { comment },
  }),
);
