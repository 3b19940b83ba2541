/** Guards of the records: conditions of writes, single use, the chain of events, in memory and in DynamoDB. */
import { contract, type Mutant, unit } from './mutant.ts';

const memory = 'broker/adapters/memory/records.ts';
const dynamo = 'broker/adapters/dynamo-records.ts';
const writes = 'broker/adapters/dynamo-record-writes.ts';
const whole = 'broker/adapters/whole-change.ts';

export const recordMutants: readonly Mutant[] = [
  {
    name: 'the memory twin writes a request whatever version stands there',
    guards: 'concurrent changes of one request (N28, N37)',
    changes: [
      {
        file: memory,
        from: "if ((this.requests.get(request.id)?.version ?? 0) !== expectedVersion) throw refuse('it has changed');",
        to: '',
      },
    ],
    killedBy: contract('records', 'in memory.*refuses a change that follows the last event'),
  },
  {
    name: 'the memory twin writes an event into a chain that has moved on',
    guards: 'the order of audit events (N59)',
    changes: [
      {
        file: memory,
        from: "if (events[0]?.seq !== log.length + 1) throw refuse('its audit chain has moved on');",
        to: '',
      },
    ],
    killedBy: contract('records', 'in memory.*refuses to write events over others'),
  },
  {
    name: 'the memory twin takes a used review link again',
    guards: 'single use of a link (N11)',
    changes: [
      { file: memory, from: 'if (usedLink && (!link || link.usedAt))', to: 'if (usedLink && !link)' },
    ],
    killedBy: contract('records', 'in memory.*uses a review link once'),
  },
  {
    name: 'the memory twin gives one idempotency key to two requests',
    guards: 'duplicate requests (N37)',
    changes: [
      {
        file: memory,
        from: "if (idempotency && this.idempotency.has(idempotency.key)) throw refuse('the idempotency key is taken');",
        to: '',
      },
    ],
    killedBy: contract('records', 'in memory.*keeps an idempotency key'),
  },
  {
    name: 'the memory twin opens a grant although a kill switch is on',
    guards: 'the kill switch within the transaction',
    changes: [{ file: memory, from: 'if (on) throw killSwitchOn(on);', to: '' }],
    killedBy: unit('operations/kill-switch'),
  },
  {
    name: 'DynamoDB writes a request whatever version stands there',
    guards: 'concurrent changes of one request (N28, N37)',
    changes: [
      {
        file: writes,
        from: "ConditionExpression: 'version = :expected',",
        to: "ConditionExpression: 'version = :expected OR attribute_exists(pk)',",
      },
    ],
    killedBy: contract('records', 'in DynamoDB.*refuses a change that follows the last event'),
  },
  {
    name: 'DynamoDB writes an event over another one',
    guards: 'history that is never rewritten (N59)',
    changes: [
      {
        file: writes,
        from: '...events.map((event) => ({ Put: { ...isNew, Item: eventItem(event, digest) } })),',
        to: '...events.map((event) => ({ Put: { TableName: tableName, Item: eventItem(event, digest) } })),',
      },
    ],
    killedBy: contract('records', 'in DynamoDB.*refuses to write events over others'),
  },
  {
    name: 'DynamoDB takes a used review link again',
    guards: 'single use of a link (N11)',
    changes: [
      {
        file: writes,
        from: "ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(usedAt)',",
        to: "ConditionExpression: 'attribute_exists(pk)',",
      },
    ],
    killedBy: contract('records', 'in DynamoDB.*uses a review link once'),
  },
  {
    name: 'DynamoDB gives one idempotency key to two requests',
    guards: 'duplicate requests (N37)',
    changes: [
      {
        file: writes,
        from: 'writes.push({ Put: { ...isNew, Item: item } });',
        to: 'writes.push({ Put: { TableName: tableName, Item: item } });',
      },
    ],
    killedBy: contract('records', 'in DynamoDB.*keeps an idempotency key'),
  },
  {
    name: "DynamoDB takes somebody else's change for a repeat of its own",
    guards: 'a change whose answer was lost, told from one that never happened',
    changes: [
      {
        file: dynamo,
        from: 'if (written?.change === digest) return;',
        to: 'if (written !== undefined) return;',
      },
    ],
    killedBy: contract('records', 'in DynamoDB.*does not take a different change'),
  },
  {
    name: 'DynamoDB does not know its own change again after a lost answer',
    guards: 'idempotent writes',
    changes: [{ file: dynamo, from: 'if (written?.change === digest) return;', to: '' }],
    killedBy: contract('records', 'in DynamoDB.*answers a repeat of a change'),
  },
  {
    name: 'kill switches are looked at before the transaction and not in it',
    guards: 'a switch that is put on between look and write',
    changes: [
      {
        file: dynamo,
        from: "if ((await transact(this.#documents, what, writesOf(this.#table, change, digest))) === 'done') return;",
        to:
          'const early = await switchOnOf(this.#documents, this.#table, change.unless ?? []);\n' +
          '    if (early) throw killSwitchOn(early);\n' +
          "    if ((await transact(this.#documents, what, writesOf(this.#table, change, digest))) === 'done') return;",
      },
      { file: writes, from: '...checkOff(tableName, unless, request.id),', to: '' },
    ],
    killedBy: contract('kills', 'in DynamoDB.*while it travels'),
  },
  {
    name: 'a change is written without an audit event',
    guards: 'no change without a record (N58)',
    changes: [
      {
        file: whole,
        from: "if (!first || !last) throw fault('it has no audit event');",
        to: 'if (!first || !last) return;',
      },
    ],
    killedBy: contract('records', 'in memory.*refuses a change without an audit event'),
  },
  {
    name: 'a change is written with events of another request',
    guards: 'no change without a record (N59)',
    changes: [
      {
        file: whole,
        from: "if (events.some((event) => event.requestId !== request.id)) throw fault('an event is of another request');",
        to: '',
      },
      {
        file: whole,
        from: 'if (last.seq !== request.audit.seq || last.hash !== request.audit.hash)',
        to: 'if (last.seq !== request.audit.seq)',
      },
    ],
    killedBy: contract('records', 'in memory.*refuses a change without an audit event'),
  },
  {
    name: 'what decides is read eventually consistent',
    guards: 'decisions on what was written a moment ago (N28)',
    changes: [
      {
        file: 'broker/adapters/dynamo-queries.ts',
        from: 'new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true })',
        to: 'new GetCommand({ TableName: tableName, Key: key })',
      },
    ],
    killedBy: unit('adapters/consistent-reads'),
  },
  {
    name: 'an audit event is not chained to the one before',
    guards: 'history that is never rewritten (N59, N61)',
    changes: [
      {
        file: 'broker/domain/audit-event.ts',
        from: 'status, ...event, prev: head.hash };',
        to: 'status, ...event, prev: chainStart };',
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
  {
    name: 'an audit event is stored over another one in the locked bucket',
    guards: 'history that is never rewritten (N59, N61)',
    changes: [{ file: 'broker/adapters/s3-audit-sink.ts', from: "IfNoneMatch: '*',", to: '' }],
    killedBy: contract('audit-sink'),
  },
  {
    name: 'a final request is changed again',
    guards: 'terminal states (N10, N28)',
    changes: [
      {
        file: 'broker/domain/lifecycle.ts',
        from: 'if (isFinal(before.status) && !afterwards.includes(step.type)) {',
        to: 'if (false as boolean) {',
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
  {
    name: 'any status follows any other',
    guards: 'the transition table (N10, N29)',
    changes: [
      {
        file: 'broker/domain/lifecycle.ts',
        from: 'return edges[from].includes(to);',
        to: 'return from !== to;',
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
];
