/** Guards of what goes out: who may be sent to, that it is signed and told again, and that people's words stay words. */
import { contract, type Mutant, unit } from './mutant.ts';

const words = 'broker/domain/announcement.ts';
const batch = 'broker/operations/announce-batch.ts';
const comment = 'broker/operations/comment-ticket.ts';
const send = 'broker/operations/send-webhook.ts';
const addresses = 'broker/adapters/public-addresses.ts';
const queue = 'broker/adapters/queue-handler.ts';

const announcement = unit('domain/announcement');
const announce = unit('operations/announce');
const webhook = unit('operations/send-webhook');
const commenting = unit('operations/comment-ticket');
const lookups = unit('adapters/public-addresses');
const handler = unit('adapters/queue-handler');

export const outgoingMutants: readonly Mutant[] = [
  {
    name: 'what people wrote is told with its control characters',
    guards: 'lines that nobody wrote (N46)',
    changes: [{ file: words, from: "gu, ' ').trim()", to: "gu, '$&').trim()" }],
    killedBy: announcement,
  },
  {
    name: 'an event tells an end that was not known then',
    guards: 'what is told twice is told alike',
    changes: [
      { file: words, from: 'grant !== undefined && grant.openedAt <= event.at', to: 'grant !== undefined' },
    ],
    killedBy: announcement,
  },
  {
    name: 'what the bus did not take is passed over',
    guards: 'told at least once',
    changes: [{ file: batch, from: 'if (error instanceof Unavailable) {', to: 'if (false) {' }],
    killedBy: announce,
  },
  {
    name: 'what can never be told holds up all that is behind it',
    guards: 'one broken record silences nobody',
    changes: [{ file: batch, from: 'if (error instanceof Unavailable) {', to: 'if (error) {' }],
    killedBy: announce,
  },
  {
    name: 'a comment is written each time it is told',
    guards: 'a ticket that is not flooded',
    changes: [
      { file: comment, from: "if (await world.ticketNotes.wasTaken(delivery)) return 'again';", to: '' },
    ],
    killedBy: commenting,
  },
  {
    name: 'webhooks go out unsigned where the secret is no key',
    guards: 'nothing unsigned goes out',
    changes: [{ file: send, from: 'if (keys.length === 0)', to: 'if (false)' }],
    killedBy: webhook,
  },
  {
    name: 'a name may lead to one address inside beside others',
    guards: 'names that lead inside (N47)',
    changes: [{ file: addresses, from: '!addresses.every(isPublic)', to: '!addresses.some(isPublic)' }],
    killedBy: lookups,
  },
  {
    name: 'addresses of IPv4 inside those of IPv6 count as public',
    guards: 'names that lead inside (N47)',
    changes: [{ file: addresses, from: '&& !holdsOthers.check', to: '|| holdsOthers.check' }],
    killedBy: lookups,
  },
  {
    name: 'a message that failed is taken as handed on',
    guards: 'tried again',
    changes: [{ file: queue, from: 'failures[i] ? [{ itemIdentifier: id }] : []', to: '[]' }],
    killedBy: handler,
  },
  {
    name: 'what people wrote is markup in comments of GitHub',
    guards: "people's words stay words (N46)",
    changes: [
      {
        file: 'broker/adapters/comments/github.ts',
        from: ".replaceAll('`', \"'\")",
        to: '',
      },
    ],
    killedBy: contract('comments'),
  },
  {
    name: 'a receiver may be an address with a port, credentials or a query',
    guards: 'where anything may be sent (N47)',
    changes: [
      {
        file: 'broker/domain/catalog-receivers.ts',
        from: '`^https://${hostPattern}(/[\\\\w.~%-]+)*/?$`',
        to: '`^https://.+`',
      },
    ],
    killedBy: unit('domain/catalog-receivers'),
  },
];
