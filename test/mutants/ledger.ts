/** Guards of the ledger of access entries: who may hold, who may delete, and that only one does. */
import { contract, type Mutant, unit } from './mutant.ts';

const memory = 'broker/adapters/memory/ledger.ts';
const dynamo = 'broker/adapters/dynamo-ledger.ts';

export const ledgerMutants: readonly Mutant[] = [
  {
    name: 'the memory twin lets a hold succeed on an entry that has changed',
    guards: 'overlapping grants (N19)',
    changes: [
      { file: memory, from: '    this.#check(next.key, expected);\n    const text', to: '    const text' },
    ],
    killedBy: contract('ledger', 'in memory.*refuses a hold on an item'),
  },
  {
    name: 'the memory twin lets an ended request hold an entry',
    guards: 'holds that nobody would release',
    changes: [{ file: memory, from: "if (!request || !isOpening(request)) return 'ended';", to: '' }],
    killedBy: unit('operations/opening'),
  },
  {
    name: 'the memory twin moves an entry whatever its state is',
    guards: 'two deletes at once (N19, N37)',
    changes: [
      {
        file: memory,
        from: 'this.#check(next.key, expected);\n    this.items.set',
        to: 'this.items.set',
      },
    ],
    killedBy: contract('ledger', 'in memory.*moves only from'),
  },
  {
    name: 'the memory twin does not compare leases of a delete',
    guards: 'two that take over one stuck delete',
    changes: [
      {
        file: memory,
        from: 'found?.generation === expected?.generation &&\n      found?.deleteLease === expected?.deleteLease;',
        to: 'found?.generation === expected?.generation;',
      },
    ],
    killedBy: contract('ledger', 'in memory.*moves only from'),
  },
  {
    name: 'DynamoDB lets a hold succeed on an entry that is being deleted',
    guards: 'overlapping grants (N19)',
    changes: [
      {
        file: dynamo,
        from: '[holder, entry, this.#checkOpening(requestId)]',
        to: '[holder, ...(expected === next ? [] : [entry]), this.#checkOpening(requestId)]',
      },
    ],
    killedBy: contract('ledger', 'in DynamoDB'),
  },
  {
    name: 'DynamoDB lets an ended request hold an entry',
    guards: 'holds that nobody would release',
    changes: [
      {
        file: dynamo,
        from: '[holder, entry, this.#checkOpening(requestId)]',
        to: '[holder, entry]',
      },
    ],
    killedBy: contract('ledger', 'in DynamoDB.*lets no request hold'),
  },
  {
    name: 'DynamoDB lets a request hold whose end was requested',
    guards: 'holds that nobody would release (N24)',
    changes: [
      {
        file: dynamo,
        from: "'#r.#s = :granting AND attribute_not_exists(#r.endRequested)'",
        to: "'#r.#s = :granting'",
      },
    ],
    killedBy: contract('ledger', 'in DynamoDB.*lets no request hold whose end'),
  },
  {
    name: 'DynamoDB does not compare generations of an entry',
    guards: 'a stale delete that hits a successor (N32)',
    changes: [
      {
        file: dynamo,
        from: '`#e.#s = :state AND #e.generation = :generation AND ${lease}`',
        to: '`#e.#s = :state AND #e.generation >= :zero AND ${lease}`',
      },
      { file: dynamo, from: "':generation': generation,", to: "':zero': 0 * generation," },
    ],
    killedBy: contract('ledger', 'in DynamoDB'),
  },
  {
    name: 'DynamoDB does not compare leases of a delete',
    guards: 'two that take over one stuck delete',
    changes: [
      {
        file: dynamo,
        from: "deleteLease ? '#e.deleteLease = :lease' : 'attribute_not_exists(#e.deleteLease)'",
        to: "deleteLease ? '(#e.deleteLease = :lease OR attribute_exists(pk))' : 'attribute_exists(pk)'",
      },
    ],
    killedBy: contract('ledger', 'in DynamoDB.*moves only from'),
  },
  {
    name: 'DynamoDB makes an entry item over another one',
    guards: 'duplicate creations (N37)',
    changes: [
      {
        file: dynamo,
        from: "if (!expected) return { ConditionExpression: 'attribute_not_exists(pk)' };",
        to: 'if (!expected) return {};',
      },
    ],
    killedBy: contract('ledger', 'in DynamoDB'),
  },
  {
    name: 'holders are read eventually consistent',
    guards: 'a hold that came just before the delete (N19)',
    changes: [
      {
        file: dynamo,
        from: 'ConsistentRead: true,\n      KeyConditionExpression',
        to: 'KeyConditionExpression',
      },
    ],
    killedBy: unit('adapters/consistent-reads'),
  },
];
