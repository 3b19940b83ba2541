/** Guards of the kill switch: nothing new begins, all that is live ends, by record and by mark, and done is proven. */
import { contract, type Mutant, unit } from './mutant.ts';

const order = 'broker/domain/kill-order.ts';
const onCluster = 'broker/operations/kill-on-cluster.ts';
const pass = 'broker/operations/kill-pass.ts';
const scope = 'broker/domain/kill-scope.ts';

export const killMutants: readonly Mutant[] = [
  {
    name: 'anybody may use the kill switch',
    guards: 'operators only',
    changes: [
      {
        file: 'broker/operations/kill-orders.ts',
        from: 'if (isOperator(catalog, caller)) return;',
        to: 'if (catalog && caller) return;',
      },
    ],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a kill is done after one pass that found nothing',
    guards: 'two passes in a row',
    changes: [
      {
        file: order,
        from: 'isClean(first) &&\n    isClean(second) &&\n    first.begunAt >= settled &&\n    second.begunAt >= first.endedAt',
        to: 'isClean(second) &&\n    second.begunAt >= settled',
      },
    ],
    killedBy: unit('domain/kill'),
  },
  {
    name: 'a kill is done before what was opened before it can have appeared',
    guards: 'creations on their way (N25)',
    changes: [{ file: order, from: 'first.begunAt >= settled &&', to: 'settled &&' }],
    killedBy: unit('domain/kill'),
  },
  {
    name: 'a pass that could not look at a cluster counts as clean',
    guards: 'unreachable is not gone (N40)',
    changes: [
      {
        file: order,
        from: 'found === 0 && denied === 0 && problems === 0;',
        to: 'found === 0 && denied === 0 && problems >= 0;',
      },
    ],
    killedBy: unit('domain/kill'),
  },
  {
    name: 'a kill ends what is on record and does not look at the cluster itself',
    guards: 'what stands without a record (N21)',
    changes: [
      {
        file: onCluster,
        from: "  await part(() => endByMark(world, order, cluster, live, 'RoleBinding', tally));\n",
        to: '',
      },
    ],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a kill of a person spares what was edited to give them access',
    guards: 'what stands counts, whatever its record says (N50)',
    changes: [
      {
        file: onCluster,
        from: 'else if (coversStanding(order.scope, { subjects: [], ...one }, address)) orphans.push(one);',
        to: 'else if (!known && coversStanding(order.scope, { subjects: [], ...one }, address)) orphans.push(one);',
      },
    ],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a kill leaves approved requests to be opened after it',
    guards: 'nothing of the scope begins',
    changes: [{ file: pass, from: 'else if (await deny(world, order, request)) pass.denied += 1;', to: '' }],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a kill goes to the clusters of the catalog only',
    guards: 'grants on clusters that left the catalog (N30)',
    changes: [
      { file: pass, from: '  await part(async () => add(await world.clusters.list()));\n', to: '' },
      {
        file: pass,
        from: 'if (mayStand(request.status)) add([request.resolved.eksCluster]);\n      else if',
        to: 'if (!mayStand(request.status) &&',
      },
      {
        file: pass,
        from: '(await deny(world, order, request)) pass.denied += 1;',
        to: '(await deny(world, order, request))) pass.denied += 1;',
      },
    ],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a kill whose call was lost is not called again',
    guards: 'effects outside the table are driven again',
    changes: [
      {
        file: 'broker/operations/sweep-grants.ts',
        from: "attempt(swept, 'kills', () => driveKills(world)),",
        to: '',
      },
    ],
    killedBy: unit('operations/kill-grants'),
  },
  {
    name: 'a person under another kind of session is not covered by their kill switch',
    guards: 'the scope of a switch (N03)',
    changes: [
      {
        file: scope,
        from: "{ kind: 'person', value: canonicalPerson(sessionName) },",
        to: "{ kind: 'person', value: sessionName },",
      },
    ],
    killedBy: unit('domain/kill'),
  },
  {
    name: 'a kill switch of a role misses it under another path',
    guards: 'the scope of a switch (N44)',
    changes: [
      {
        file: scope,
        from: 'return `principal#${roleOf(scope.value)}`;',
        to: 'return `principal#${scope.value}`;',
      },
    ],
    killedBy: unit('domain/kill'),
  },
  {
    name: 'lifting an order once more takes the switch of a later one off',
    guards: 'the switch that is on',
    changes: [
      {
        file: 'broker/adapters/kill-switches.ts',
        from: "ConditionExpression: 'kill.id = :id',",
        to: "ConditionExpression: 'kill.id = :id OR attribute_exists(pk)',",
      },
      {
        file: 'broker/adapters/dynamo-kills.ts',
        from: "'version = :expected AND attribute_not_exists(#o.lifted)'",
        to: "'(version = :expected OR attribute_exists(pk)) AND attribute_exists(#o)'",
      },
      {
        file: 'broker/adapters/dynamo-kills.ts',
        from: "ConditionExpression: 'attribute_not_exists(pk)',",
        to: "ConditionExpression: 'attribute_not_exists(pk) OR attribute_exists(pk)',",
      },
    ],
    killedBy: contract('kills', 'in DynamoDB.*keeps the switch'),
  },
  {
    name: 'DynamoDB puts a kill switch on over another one',
    guards: 'one order for a scope',
    changes: [
      {
        file: 'broker/adapters/kill-switches.ts',
        from: 'Put: { TableName, Item: { ...key, kill }, ConditionExpression: isOff },',
        to: 'Put: { TableName, Item: { ...key, kill } },',
      },
    ],
    killedBy: contract('kills', 'in DynamoDB'),
  },
  {
    name: 'DynamoDB opens a grant although a kill switch is on',
    guards: 'the kill switch within the transaction',
    changes: [
      {
        file: 'broker/adapters/dynamo-record-writes.ts',
        from: '...checkOff(tableName, unless, request.id),',
        to: '',
      },
    ],
    killedBy: contract('kills', 'in DynamoDB.*refuses, while it is on'),
  },
];
