/** Guards of ticket systems: who is listened to, that nothing is heard twice, what a closed ticket ends, and what is looked at before access. */
import { contract, histories, type Mutant, unit } from './mutant.ts';

const signedBody = 'broker/domain/webhooks/signed-body.ts';
const signatures = 'broker/domain/webhooks/signatures.ts';
const timestamped = 'broker/domain/webhooks/timestamped.ts';
const event = 'broker/domain/webhooks/ticket-event.ts';
const intake = 'broker/http/webhooks.ts';
const take = 'broker/operations/take-ticket-event.ts';
const endBy = 'broker/operations/end-by-ticket.ts';
const secrets = 'broker/operations/live-secrets.ts';
const closing = 'broker/domain/ticket-closing.ts';
const guardrail = 'broker/domain/policy/guardrails/ticket.ts';
const rest = 'broker/adapters/rest-tickets.ts';

const proofs = unit('domain/webhooks/prove');
const http = unit('http/webhooks');

export const ticketMutants: readonly Mutant[] = [
  {
    name: 'a wrong signature proves a delivery',
    guards: 'who is listened to (N48)',
    changes: [{ file: signatures, from: 'found = same || found;', to: 'found = true;' }],
    killedBy: proofs,
  },
  {
    name: 'only the last of several secrets counts',
    guards: 'rotation without a gap',
    changes: [{ file: signatures, from: 'found = same || found;', to: 'found = same;' }],
    killedBy: proofs,
  },
  {
    name: 'another method than sha256 is read as if it were',
    guards: 'who is listened to (N48)',
    changes: [{ file: signedBody, from: '/^sha256=(.*)$/', to: '/^\\w*=?(.*)$/' }],
    killedBy: proofs,
  },
  {
    name: 'GitHub is proven by the header of Jira',
    guards: 'each source by its own proof (N09)',
    changes: [
      {
        file: signedBody,
        from: "oneSignature('x-hub-signature-256')",
        to: "oneSignature('x-hub-signature')",
      },
    ],
    killedBy: proofs,
  },
  {
    name: 'a signed time may be any',
    guards: 'old deliveries (N48)',
    changes: [{ file: timestamped, from: '<= toleranceMs', to: '< Number.MAX_VALUE' }],
    killedBy: proofs,
  },
  {
    name: 'the time is not part of what ServiceNow signs',
    guards: 'old deliveries (N48)',
    changes: [
      { file: timestamped, from: '{ before: [timestamp], timestamp,', to: '{ before: [], timestamp,' },
    ],
    killedBy: proofs,
  },
  {
    name: 'an id that nobody signs makes a replay a new delivery',
    guards: 'replay (N48)',
    changes: [
      {
        file: signedBody,
        from: '? { key: bodyKey(body) }',
        to: "? { key: `${bodyKey(body)}${headers['x-github-delivery'] ?? ''}` }",
      },
      {
        file: signedBody,
        from: 'proveBody({ body }: Delivery,',
        to: 'proveBody({ body, headers }: Delivery,',
      },
    ],
    killedBy: proofs,
  },
  {
    name: 'a resolved incident is still open',
    guards: 'what counts as closed',
    changes: [
      { file: 'broker/domain/ticket.ts', from: '(closed|resolved|cancell?ed)', to: '(closed|cancell?ed)' },
    ],
    killedBy: unit('domain/webhooks/ticket-event'),
  },
  {
    name: 'a ticket in another shape than documented is passed over',
    guards: 'what is proven and not understood is told',
    changes: [{ file: event, from: "return 'unreadable';", to: 'return undefined;' }],
    killedBy: unit('domain/webhooks/ticket-event'),
  },
  {
    name: 'a source without a secret takes what is signed with nothing',
    guards: 'no secret, no webhooks (N06)',
    changes: [{ file: secrets, from: 'line.length >= shortest', to: 'line.length >= 0' }],
    killedBy: http,
  },
  {
    name: 'a forged delivery makes us read the secret each time',
    guards: 'a flood costs little',
    changes: [{ file: secrets, from: '< againMs', to: '< 0' }],
    killedBy: http,
  },
  {
    name: 'a secret that was taken away stays good',
    guards: 'rotation',
    changes: [{ file: secrets, from: '< keptMs', to: '< Number.MAX_VALUE' }],
    killedBy: http,
  },
  {
    name: 'each refused delivery is told',
    guards: 'a flood costs little',
    changes: [
      {
        file: 'broker/operations/refusal-count.ts',
        from: 'Number.isInteger(Math.log2(counted.seen))',
        to: 'true',
      },
    ],
    killedBy: http,
  },
  {
    name: 'a body of any size is taken',
    guards: 'limits (N45)',
    changes: [
      { file: intake, from: 'body.byteLength > largestBody', to: 'body.byteLength > 100 * largestBody' },
    ],
    killedBy: http,
  },
  {
    name: 'a form is taken for JSON',
    guards: 'parser mismatch (N48)',
    changes: [
      {
        file: intake,
        from: "if (!isJson(c.req.header('content-type'))) return",
        to: 'if (false as boolean) return',
      },
    ],
    killedBy: http,
  },
  {
    name: 'a source speaks for tickets of others',
    guards: 'each source for its own tickets',
    changes: [
      {
        file: take,
        from: 'told !== undefined && isTicketOf(source, told.ticket)',
        to: 'told !== undefined',
      },
    ],
    killedBy: http,
  },
  {
    name: 'a delivery is kept before its effect is written',
    guards: 'what fails is sent again',
    changes: [
      {
        file: take,
        from: 'const ended = event?.closed',
        to: 'await world.ticketNotes.keepTaken(delivery, world.clock.now());\n  const ended = event?.closed',
      },
    ],
    killedBy: http,
  },
  {
    name: 'nobody remembers a delivery, nor when it was',
    guards: 'replay (N48)',
    changes: [
      { file: take, from: 'if (await world.ticketNotes.wasTaken(delivery))', to: 'if (!world.ticketNotes)' },
      { file: closing, from: 'if (createdAt > after(closedAt, behindMs)) return undefined;', to: '' },
    ],
    killedBy: http,
  },
  {
    name: 'a late delivery ends what was asked for since',
    guards: 'reordered and replayed deliveries (N48)',
    changes: [
      { file: closing, from: 'if (createdAt > after(closedAt, behindMs)) return undefined;', to: '' },
    ],
    killedBy: unit('operations/ticket-closing'),
  },
  {
    name: 'the end of a ticket leaves alone what is pending',
    guards: 'a closed ticket ends all of it',
    changes: [
      {
        file: closing,
        from: "return before.status === 'pending'\n    ?",
        to: "return before.status === 'pending' && reason === ''\n    ?",
      },
    ],
    killedBy: unit('operations/ticket-closing'),
  },
  {
    name: 'the end of a ticket is noted only after everything is ended',
    guards: 'whoever dies on the way leaves it to the sweep',
    changes: [
      { file: endBy, from: 'await world.ticketNotes.noteClosing(closing, world.clock.now());', to: '' },
    ],
    killedBy: unit('operations/ticket-closing', 'http/webhooks'),
  },
  {
    name: 'the end of a ticket is done, whatever failed',
    guards: 'whoever dies on the way leaves it to the sweep',
    changes: [
      {
        file: endBy,
        from: '  if (faults.length > 0) throw faults[0];\n  await world.ticketNotes.closingDone',
        to: '  await world.ticketNotes.closingDone',
      },
    ],
    killedBy: unit('operations/ticket-closing'),
  },
  {
    name: 'a ticket that can not be looked at is fine',
    guards: 'faults fail closed (N05)',
    changes: [
      {
        file: guardrail,
        from: "if (!looked || looked.source !== name || 'unreachable' in looked)",
        to: "if (looked && 'unreachable' in looked) return [];\n  if (!looked)",
      },
    ],
    killedBy: unit('operations/live-tickets'),
  },
  {
    name: 'a ticket is looked at when access is asked for only',
    guards: 'eligibility at grant (N13)',
    changes: [
      {
        file: 'broker/operations/read-circumstances.ts',
        from: 'lookAtTicket(world, judged.asked),',
        to: "phase === 'grant' && judged.asked.ticket !== undefined\n      ? { source: 'jira', facts: { open: true, states: [], assignees: ['alice@example.com'] } }\n      : lookAtTicket(world, judged.asked),",
      },
    ],
    killedBy: unit('operations/live-tickets'),
  },
  {
    name: 'a ticket is theirs by a session name that they chose',
    guards: 'names chosen by callers never count (N43)',
    changes: [
      {
        file: guardrail,
        from: 'const { person } = requester;',
        to: 'const person = requester.person ?? requester.sessionName;',
      },
    ],
    killedBy: unit('operations/live-tickets'),
  },
  {
    name: 'a ticket that no system knows is a way around',
    guards: 'tickets are looked at',
    changes: [{ file: guardrail, from: 'return some && sourcesOf', to: 'return !some && sourcesOf' }],
    killedBy: unit('operations/live-tickets'),
  },
  {
    name: 'a change may go on past its window',
    guards: 'change windows',
    changes: [
      {
        file: guardrail,
        from: 'if (endsAt(asked, now) <= window.to) return [];',
        to: 'if (start <= window.to) return [];',
      },
    ],
    killedBy: unit('operations/live-tickets'),
  },
  {
    name: 'whatever is called a ticket is asked for',
    guards: 'no address that a caller gives (N47)',
    changes: [
      {
        file: 'broker/adapters/tickets/jira.ts',
        from: 'if (!/^[A-Z][A-Z0-9_]{1,30}-[0-9]{1,12}$/.test(ticket)) return undefined;',
        to: '',
      },
    ],
    killedBy: contract('tickets', 'can be none'),
  },
  {
    name: 'a query of ServiceNow can be widened by the name of a ticket',
    guards: 'no address that a caller gives (N47)',
    changes: [
      {
        file: 'broker/adapters/tickets/servicenow.ts',
        from: '/^[A-Z0-9]{3,40}$/.test(ticket)',
        to: 'ticket',
      },
    ],
    killedBy: contract('tickets', 'can be none'),
  },
  {
    name: 'any success of a ticket system is an answer',
    guards: 'strict about answers (N47)',
    changes: [{ file: rest, from: 'if (status !== 200) throw', to: 'if (status < 200) throw' }],
    killedBy: contract('tickets', 'redirect|another success|is broken'),
  },
  {
    name: 'the address of a portal customer counts',
    guards: 'names that the system vouches for (N41)',
    changes: [
      {
        file: 'broker/adapters/tickets/jira.ts',
        from: "(assignee.accountType ?? 'atlassian') === 'atlassian'",
        to: "assignee.accountId !== ''",
      },
    ],
    killedBy: contract('tickets', 'portal customer'),
  },
  {
    name: 'a closing is taken and ends nothing',
    guards: 'what a closed ticket ends',
    changes: [
      { file: endBy, from: 'if (ids.length === 0) return [];', to: 'if (ids.length >= 0) return [];' },
    ],
    killedBy: histories(200),
  },
  {
    name: 'a ticket that was closed meanwhile is good enough for a grant',
    guards: 'what is looked at before access',
    changes: [{ file: guardrail, from: '...(facts.open\n', to: '...(facts.open || true\n' }],
    killedBy: histories(200),
  },
];
