/** Guards of CI jobs and agents: whose token is believed, whose job it is, and what a run may touch. */
import { type Mutant, unit } from './mutant.ts';

const tokens = 'broker/adapters/identity-tokens.ts';
const workload = 'broker/domain/workload.ts';

export const workloadMutants: readonly Mutant[] = [
  {
    name: 'a token for anybody is good for Curfew',
    guards: 'audience of tokens (N09)',
    changes: [{ file: tokens, from: '        audience,\n', to: '' }],
    killedBy: unit('adapters/identity-tokens'),
  },
  {
    name: 'a token for others besides is good for Curfew',
    guards: 'audience of tokens (N09)',
    changes: [{ file: tokens, from: '.flat().length !== 1', to: '.flat().length < 1' }],
    killedBy: unit('adapters/identity-tokens'),
  },
  {
    name: 'a token may be signed with whatever its header says',
    guards: 'algorithms of tokens (N09)',
    changes: [{ file: tokens, from: '        algorithms,\n', to: '' }],
    killedBy: unit('adapters/identity-tokens'),
  },
  {
    name: 'a token is good however old it is',
    guards: 'age of tokens (N09)',
    changes: [{ file: tokens, from: '        maxTokenAge: oldestSeconds,\n', to: '' }],
    killedBy: unit('adapters/identity-tokens'),
  },
  {
    name: 'invented names of keys have an issuer asked each time',
    guards: 'calls to issuers (N47)',
    changes: [
      {
        file: 'broker/adapters/issuer-keys.ts',
        from: 'const againAfterMs = 60_000;',
        to: 'const againAfterMs = 0;',
      },
    ],
    killedBy: unit('adapters/identity-tokens'),
  },
  {
    name: 'keys may be on any host',
    guards: 'addresses only from the catalog (N47)',
    changes: [
      {
        file: 'broker/domain/catalog-workloads.ts',
        from: 'new URL(jwksUri).host !== new URL(issuer).host',
        to: 'jwksUri === issuer',
      },
    ],
    killedBy: unit('domain/workload'),
  },
  {
    name: 'redirects of an issuer are followed',
    guards: 'addresses only from the catalog (N47)',
    changes: [{ file: 'broker/adapters/issuer-keys.ts', from: "    redirect: 'error',\n", to: '' }],
    killedBy: unit('adapters/issuer-keys'),
  },
  {
    name: 'any job of an issuer is the workload of its role',
    guards: 'claims of tokens (N09)',
    changes: [{ file: workload, from: 'possible.filter(({ off }) => off.length === 0)', to: 'possible' }],
    killedBy: unit('domain/workload'),
  },
  {
    name: 'a star reaches over slashes',
    guards: 'claims of tokens (N44)',
    changes: [{ file: workload, from: "parts.join('[^/]*')", to: "parts.join('.*')" }],
    killedBy: unit('domain/workload'),
  },
  {
    name: 'the role of a job is the workload without its token',
    guards: 'identity of workloads (N43)',
    changes: [
      {
        file: 'broker/operations/verify-workload.ts',
        from: 'if (token === undefined)\n    throw new IdentityRefused(',
        to: 'if (token === undefined) return undefined;\n  if (token === undefined)\n    throw new IdentityRefused(',
      },
    ],
    killedBy: unit('http/workloads'),
  },
  {
    name: 'any run may touch what another one asked for',
    guards: 'runs apart from each other (N43)',
    changes: [
      {
        file: 'broker/operations/same-requester.ts',
        from: 'workload.runId === caller.workload.runId',
        to: 'workload.runId !== undefined',
      },
    ],
    killedBy: unit('http/workloads'),
  },
  {
    name: 'the same run in another role may touch what was asked for',
    guards: 'grants bound to the role that asked',
    changes: [
      {
        file: 'broker/operations/same-requester.ts',
        from: 'requester.principalArn === caller.principal.arn',
        to: 'requester.principalArn !== undefined',
      },
    ],
    killedBy: unit('http/workloads'),
  },
  {
    name: 'whoever an agent acts for may answer its request',
    guards: 'no review of their own (N02)',
    changes: [
      {
        file: 'broker/domain/people.ts',
        from: '[person, workload?.actsFor, asker]',
        to: '[person, asker]',
      },
    ],
    killedBy: unit('http/workloads'),
  },
  {
    name: 'a workload that the catalog lists no more is let in',
    guards: 'identity at the moment of granting (N13)',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: 'if (unknown !== undefined) return { refused: unknown };',
        to: '',
      },
    ],
    killedBy: unit('operations/workloads'),
  },
  {
    name: 'a run may be another one than reviewers were shown',
    guards: 'what is approved is what is granted (N18)',
    changes: [
      {
        file: 'broker/domain/request.ts',
        from: '...(workload === undefined ? {} : { workload }),',
        to: '',
      },
    ],
    killedBy: unit('operations/workloads'),
  },
  {
    name: 'keys are read by plain HTTP',
    guards: 'addresses only from the catalog (N47)',
    changes: [
      {
        file: 'broker/adapters/issuer-keys.ts',
        from: "if (new URL(uri).protocol !== 'https:') throw new Error('not by HTTPS');",
        to: '',
      },
    ],
    killedBy: unit('adapters/issuer-keys'),
  },
  {
    name: 'answers of an issuer are read however large they are',
    guards: 'size of what others send (N45)',
    changes: [
      { file: 'broker/adapters/issuer-keys.ts', from: 'if (size > largestBytes)', to: 'if (size < 0)' },
    ],
    killedBy: unit('adapters/issuer-keys'),
  },
  {
    name: 'a role is of workloads that do not list it',
    guards: 'identity of workloads (N43)',
    changes: [
      {
        file: workload,
        from: '.filter(([, { principals }]) => principals.includes(principalArn))',
        to: '',
      },
    ],
    killedBy: unit('domain/workload'),
  },
  {
    name: 'a token of two workloads is of the first',
    guards: 'no luck in who somebody is (N09)',
    changes: [{ file: workload, from: 'const [found, another] =', to: 'const [found, , another] =' }],
    killedBy: unit('domain/workload'),
  },
  {
    name: 'whoever has no token is a workload where tokens are required',
    guards: 'identity of workloads (N43)',
    changes: [
      {
        file: 'broker/domain/policy/guardrails/workloads.ts',
        from: 'if (tokenRequired && !requester.workload)',
        to: 'if (tokenRequired && requester.workload)',
      },
    ],
    killedBy: unit('http/workloads'),
  },
  {
    name: 'who is stopped has things done in their name',
    guards: 'kill switches',
    changes: [
      {
        file: 'broker/domain/kill-scope.ts',
        from: '    requester.workload?.actsFor,\n',
        to: '',
      },
    ],
    killedBy: unit('operations/workloads'),
  },
  {
    name: 'agents get what CI jobs may have',
    guards: 'narrower rules for agents',
    changes: [
      {
        file: 'broker/domain/policy/guardrails/workloads.ts',
        from: 'if (!role.agents)',
        to: 'if (!role.workloads)',
      },
    ],
    killedBy: unit('http/workloads'),
  },
];
