/** Guards of tickets that ask: in whose name, by what, once and of now, never for a closed ticket, and within the change window. */
import { type Mutant, unit } from './mutant.ts';

const asker = 'broker/domain/asks/asker.ts';
const command = 'broker/domain/asks/command.ts';
const wish = 'broker/domain/asks/wish.ts';
const ask = 'broker/domain/ticket-ask.ts';
const jira = 'broker/domain/webhooks/said-jira.ts';
const others = 'broker/domain/webhooks/said-others.ts';
const follow = 'broker/operations/ask-by-ticket.ts';
const take = 'broker/operations/take-ticket-event.ts';
const window = 'broker/domain/change-window.ts';

const said = unit('domain/webhooks/said');
const operation = unit('operations/ask-by-ticket');

export const ticketAskMutants: readonly Mutant[] = [
  {
    name: 'a user of one system is known by the id of another',
    guards: 'in whose name a ticket asks (N09)',
    changes: [
      {
        file: asker,
        from: 'const alias = aliasOf(kind, id);',
        to: 'const alias = id.includes(":") ? id : aliasOf("github", id);',
      },
    ],
    killedBy: unit('domain/asks/asker'),
  },
  {
    name: 'an address that folds into another is theirs',
    guards: 'in whose name a ticket asks (N41)',
    changes: [
      {
        file: asker,
        from: 'personSchema.safeParse(address)',
        to: "personSchema.safeParse(address?.normalize('NFKC'))",
      },
    ],
    killedBy: unit('domain/asks/asker'),
  },
  {
    name: 'a customer of the portal is somebody',
    guards: 'in whose name a ticket asks (N43)',
    changes: [
      {
        file: jira,
        from: "(found.accountType ?? 'atlassian') !== 'atlassian'",
        to: "found.accountType === 'app'",
      },
    ],
    killedBy: said,
  },
  {
    name: 'an app that writes in the name of somebody is them',
    guards: 'in whose name a ticket asks (N43)',
    changes: [{ file: others, from: ' && !comment.performed_via_github_app', to: '' }],
    killedBy: said,
  },
  {
    name: 'a comment that is changed asks',
    guards: 'only what is new asks',
    changes: [
      { file: jira, from: "webhookEvent: z.literal('comment_created'),", to: 'webhookEvent: z.string(),' },
    ],
    killedBy: said,
  },
  {
    name: 'labels that were there before ask again',
    guards: 'only what is new asks',
    changes: [{ file: jira, from: '.filter((label) => !before.includes(label))', to: '' }],
    killedBy: said,
  },
  {
    name: 'a command may hold signs that are not seen',
    guards: 'what is read is what is shown (N41)',
    changes: [{ file: command, from: '[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]', to: '[\\p{Cc}]' }],
    killedBy: unit('domain/asks/command'),
  },
  {
    name: 'the last of two counts',
    guards: 'a command is strict',
    changes: [{ file: command, from: 'if (wish[to] !== undefined)', to: 'if (wish[to] === key)' }],
    killedBy: unit('domain/asks/command'),
  },
  {
    name: 'a ticket asks for any role',
    guards: 'what tickets can ask for',
    changes: [{ file: wish, from: "if (!asks.roles.includes(role ?? ''))", to: 'if (role === undefined)' }],
    killedBy: unit('domain/asks/wish'),
  },
  {
    name: 'whom nobody knows is told what is wrong with the command',
    guards: 'who learns what can be asked for',
    changes: [
      {
        file: ask,
        from: '  // First of all:',
        to: "  if ('fault' in submission) return refused(submission.fault);\n  // First of all:",
      },
    ],
    killedBy: operation,
  },
  {
    name: 'what was said at any time asks',
    guards: 'replay of what nobody remembers (N48)',
    changes: [{ file: ask, from: '|| !isTimely(said.at, now)', to: '' }],
    killedBy: operation,
  },
  {
    name: 'a ticket that is closed asks',
    guards: 'nothing for a closed ticket',
    changes: [{ file: ask, from: "if (said.closed) return refused('The ticket is closed.');", to: '' }],
    killedBy: operation,
  },
  {
    name: 'what was said before the ticket was closed asks afterwards',
    guards: 'reordered deliveries (N48)',
    changes: [
      {
        file: follow,
        from: "if (await isClosedSince(world, ask)) return refusedAsk(ask, 'The ticket was closed since.');",
        to: '',
      },
    ],
    killedBy: operation,
  },
  {
    name: 'a ticket that is closed while it asks is not looked at again',
    guards: 'no gap between asking and closing (N13)',
    changes: [
      {
        file: follow,
        from: 'if (!(await isClosedSince(world, ask))) return request;',
        to: 'return request;',
      },
    ],
    killedBy: operation,
  },
  {
    name: 'that a ticket was closed is forgotten',
    guards: 'reordered deliveries (N48)',
    changes: [
      {
        file: take,
        from: '  if (asks) await world.ticketNotes.keepClosed(',
        to: '  if (!asks) await world.ticketNotes.keepClosed(',
      },
    ],
    killedBy: operation,
  },
  {
    name: 'each function that follows an ask makes a request of its own',
    guards: 'a ticket asks once (N48)',
    changes: [
      { file: follow, from: 'digestOf([ticket, id])', to: 'digestOf([ticket, id, world.ids.requestId()])' },
    ],
    killedBy: operation,
  },
  {
    name: 'access goes on after the change window',
    guards: 'a change window sets the end',
    changes: [{ file: window, from: 'Math.min(asked.durationSeconds, left)', to: 'asked.durationSeconds' }],
    killedBy: unit('operations/change-window'),
  },
  {
    name: 'a window that is cut has no start, so that its end moves',
    guards: 'a change window sets the end',
    changes: [{ file: window, from: 'durationSeconds < left', to: 'durationSeconds <= left' }],
    killedBy: unit('operations/change-window'),
  },
];
