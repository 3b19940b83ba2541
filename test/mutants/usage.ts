/** Guards of what is told of the use of grants: whose a line is, that nothing is lost or told twice, and what is an alarm. */
import { type Mutant, unit } from './mutant.ts';

const attributing = 'broker/domain/usage/attribute.ts';
const delivery = 'broker/adapters/log-delivery.ts';
const residual = 'broker/domain/usage/residual.ts';
const rules = 'broker/domain/usage/rules.ts';
const trace = 'broker/operations/trace-usage.ts';
const usage = 'broker/domain/usage/usage.ts';

const attribution = unit('domain/usage/attribute');
const tracing = unit('operations/trace-usage');

export const usageMutants: readonly Mutant[] = [
  {
    name: 'any words in a reason name a grant',
    guards: 'only the authorizer names a grant',
    changes: [{ file: attributing, from: '/^RBAC: allowed by', to: '/RBAC: allowed by' }],
    killedBy: attribution,
  },
  {
    name: 'one of several grants is guessed',
    guards: 'what can not be told is said to be',
    changes: [{ file: attributing, from: 'others.length === 0 ? {', to: 'others.length >= 0 ? {' }],
    killedBy: attribution,
  },
  {
    name: 'lines of any log group are believed',
    guards: 'whose log it is',
    changes: [{ file: delivery, from: '/^\\/aws\\/eks\\/', to: '/\\/aws\\/eks\\/' }],
    killedBy: unit('adapters/log-delivery'),
  },
  {
    name: 'a line of another cluster counts for a grant',
    guards: 'whose log it is',
    changes: [
      {
        file: trace,
        from: ' || clusterName(request.resolved.eksCluster) !== clusterName(cluster)',
        to: '',
      },
    ],
    killedBy: tracing,
  },
  {
    name: 'what ended after the grant is no residual',
    guards: 'what outlives a grant (N38)',
    changes: [
      {
        file: residual,
        from: 'act.endedAt !== undefined && act.endedAt <= end',
        to: 'act.endedAt !== undefined',
      },
    ],
    killedBy: unit('domain/usage/usage'),
  },
  {
    name: 'a use after the end is nothing',
    guards: 'use after expiry',
    changes: [{ file: rules, from: 'after(endedAt, slackMs) < act.receivedAt', to: 'false' }],
    killedBy: unit('domain/usage/rules'),
  },
  {
    name: 'what is kept depends on the order of arrival',
    guards: 'late, doubled, disordered delivery',
    changes: [
      { file: usage, from: 'inOrder([...acts.values()], rankOf).slice(', to: '[...acts.values()].slice(' },
    ],
    killedBy: unit('domain/usage/usage'),
  },
];
