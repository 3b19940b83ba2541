/** Requests that every policy must be able to judge: tried at synthesis, and shown in docs/policy.md. */
import type { PolicyInput } from './organisation.ts';

const deployer: PolicyInput['role'] = {
  duty: 'deployment',
  rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'patch'] }],
  maxDurationSeconds: 7200,
  ticketRequired: true,
  reviews: [{ count: 1, from: ['payments-leads'] }],
};

/** Somebody asks to deploy, while looking at something else. */
const person: PolicyInput = {
  version: 1,
  at: '2026-11-21T14:00:00.000Z',
  phase: 'submit',
  request: {
    cluster: 'payments-prod',
    namespaces: ['payments'],
    role: 'deployer',
    durationSeconds: 1800,
    reason: 'Roll back to 1.41.2: 1.42.0 loses payments',
    ticket: 'PAY-4711',
  },
  requester: {
    kind: 'person',
    person: 'dana@example.com',
    principalArn:
      'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/us-east-1/AWSReservedSSO_Developer_0123456789abcdef',
    sessionName: 'dana@example.com',
  },
  role: deployer,
  cluster: { name: 'payments-prod', production: true, environment: 'production' },
  live: [
    {
      requestId: '01KAJ6Q3Z0000000000000000A',
      cluster: 'payments-prod',
      namespaces: ['payments'],
      role: 'pod-reader',
      duty: 'monitoring',
      expiresAt: '2026-11-21T16:00:00.000Z',
    },
  ],
};

/** A pipeline's role, right before it is let in. */
const workload: PolicyInput = {
  version: 1,
  at: '2026-11-21T14:05:00.000Z',
  phase: 'grant',
  request: {
    cluster: 'payments-staging',
    namespaces: ['payments'],
    role: 'deployer',
    durationSeconds: 900,
    reason: 'Nightly deployment',
    startsAt: '2026-11-21T14:05:00.000Z',
  },
  requester: {
    kind: 'workload',
    principalArn: 'arn:aws:iam::111122223333:role/ci-deployer',
    sessionName: 'run-1842',
    workload: {
      name: 'deploy-bot',
      kind: 'ci',
      issuer: 'https://token.actions.githubusercontent.com',
      repository: 'org/payments',
      ref: 'refs/heads/main',
      event: 'schedule',
      runId: '1842',
    },
  },
  role: deployer,
  cluster: { name: 'payments-staging', production: false, environment: 'staging' },
  live: [],
};

export const policyExamples = { person, workload } as const satisfies Record<string, PolicyInput>;
