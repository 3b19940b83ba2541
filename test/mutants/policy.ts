/** Guards of decisions: rules only tighten, reviews are by different people, and what makes a grant too risky ends it. */
import { type Mutant, unit } from './mutant.ts';

const combine = 'broker/domain/policy/combine.ts';
const needs = 'broker/domain/policy/review-needs.ts';
const guardrails = 'broker/domain/policy/guardrails';
const signal = 'broker/domain/transitions/note-signal.ts';

export const policyMutants: readonly Mutant[] = [
  {
    name: 'one label of several is enough',
    guards: 'namespaces by their labels (N44)',
    changes: [
      {
        file: 'broker/domain/namespaces.ts',
        from: 'labelsOf(selector).every(',
        to: 'labelsOf(selector).some(',
      },
    ],
    killedBy: unit('domain/namespaces'),
  },
  {
    name: 'any value of a label will do',
    guards: 'namespaces by their labels (N44)',
    changes: [{ file: 'broker/domain/namespaces.ts', from: ' && labels[key] === value', to: '' }],
    killedBy: unit('domain/namespaces'),
  },
  {
    name: 'labels that were not seen are taken for granted',
    guards: 'namespaces by their labels (N05)',
    changes: [
      {
        file: 'broker/domain/namespaces.ts',
        from: 'labels !== undefined && selects(listed, labels)',
        to: 'labels === undefined || selects(listed, labels)',
      },
    ],
    killedBy: unit('operations/circumstances'),
  },
  {
    name: 'one refusal alone does not refuse',
    guards: 'any rule can refuse (N12)',
    changes: [{ file: combine, from: 'if (refusals.length > 0) {', to: 'if (refusals.length > 1) {' }],
    killedBy: unit('domain/policy/guardrails'),
  },
  {
    name: 'the longest of the caps holds',
    guards: 'rules only tighten (N12)',
    changes: [{ file: combine, from: 'Math.min(...caps)', to: 'Math.max(...caps)' }],
    killedBy: unit('domain/policy/combine'),
  },
  {
    name: 'what is longer than a cap is let through',
    guards: 'caps of duration (N26)',
    changes: [{ file: combine, from: 'wantedSeconds > capSeconds', to: 'wantedSeconds > 10 * capSeconds' }],
    killedBy: unit('domain/policy/combine'),
  },
  {
    name: 'the weakest of the assurances holds',
    guards: 'rules only tighten (N12)',
    changes: [{ file: combine, from: 'rank(one) > rank(most)', to: 'rank(one) < rank(most)' }],
    killedBy: unit('domain/policy/combine'),
  },
  {
    name: 'one person in two groups counts for both',
    guards: 'different people (N11)',
    changes: [{ file: needs, from: 'if (taken !== undefined && !seat(taken, asked)) return false;', to: '' }],
    killedBy: unit('domain/policy/review-needs'),
  },
  {
    name: 'a mailed link is as sure as a signature',
    guards: 'assurance of reviews (N17)',
    changes: [
      {
        file: 'broker/domain/policy/approvals.ts',
        from: 'return assurances.indexOf(given) >= assurances.indexOf(wanted);',
        to: 'return assurances.indexOf(given) <= assurances.indexOf(wanted);',
      },
    ],
    killedBy: unit('operations/circumstances'),
  },
  {
    name: 'somebody with another tag behind a plus is somebody else',
    guards: 'one person, one record (N03)',
    changes: [{ file: 'broker/domain/people.ts', from: ".replace(/\\+.*$/s, '')", to: '' }],
    killedBy: unit('domain/people'),
  },
  {
    name: 'a session name that nobody vouches for is never the reviewer of that name',
    guards: 'one person, one record (N03, N43)',
    changes: [
      {
        file: 'broker/domain/people.ts',
        from: 'return sessionName === undefined ? known : [',
        to: 'return sessionName !== "" ? known : [',
      },
    ],
    killedBy: unit('domain/people'),
  },
  {
    name: 'two duties that are kept apart are held together',
    guards: 'separation of duties',
    changes: [{ file: `${guardrails}/duties.ts`, from: '!apart.includes(duty)', to: 'apart.includes(duty)' }],
    killedBy: unit('domain/policy/rules'),
  },
  {
    name: 'whoever is no person gets roles for people',
    guards: 'workloads apart from people',
    changes: [
      {
        file: `${guardrails}/workloads.ts`,
        from: 'if (!role.workloads)',
        to: "if (role.duty === 'secrets')",
      },
    ],
    killedBy: unit('domain/policy/rules'),
  },
  {
    name: "the organisation's policy is not asked",
    guards: 'both must allow (N05)',
    changes: [
      {
        file: 'broker/operations/read-circumstances.ts',
        from: 'findingsOf(await organisation.judge(input))',
        to: '[]',
      },
    ],
    killedBy: unit('operations/circumstances'),
  },
  {
    name: 'a role that reaches secrets needs nobody who approves',
    guards: 'the boundary of secrets',
    changes: [
      {
        file: 'broker/domain/catalog-boundaries.ts',
        from: 'return fewest(reviews) > 0',
        to: 'return fewest(reviews) >= 0',
      },
    ],
    killedBy: unit('domain/catalog-boundaries'),
  },
  {
    name: 'anybody sends signals',
    guards: 'who may send which signal',
    changes: [
      {
        file: 'broker/operations/take-signal.ts',
        from: 'if (!known?.from.includes(caller.principal.arn))',
        to: 'if (!known)',
      },
    ],
    killedBy: unit('operations/signals'),
  },
  {
    name: 'a signal counts as often as it comes',
    guards: 'signals are idempotent',
    changes: [{ file: signal, from: ' || signals.some(({ name }) => name === signal.name))', to: ')' }],
    killedBy: unit('operations/signals'),
  },
  {
    name: 'a grant goes on however risky it has become',
    guards: 'the limit of risk',
    changes: [{ file: signal, from: 'if (risk < limit || ', to: 'if (risk < 10 * limit || ' }],
    killedBy: unit('operations/signals'),
  },
  {
    name: 'what became too risky since its approval is opened',
    guards: 'the limit of risk, at grant time',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: 'riskNow(request) >= endFrom)',
        to: 'riskNow(request) >= 10 * endFrom)',
      },
    ],
    killedBy: unit('operations/signals'),
  },
  {
    name: 'a role or cluster is found by a name that every object inherits',
    guards: 'names of the catalog only (N42)',
    changes: [
      {
        file: 'broker/domain/catalog-lookup.ts',
        from: 'return Object.hasOwn(record, name) ? record[name] : undefined;',
        to: 'return record[name];',
      },
    ],
    killedBy: unit('domain/policy/guardrails'),
  },
];
