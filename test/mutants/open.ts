/** Guards of OpenGrant: everything is checked again, and the intent is written before anything exists. */
import { histories, type Mutant, unit } from './mutant.ts';

const open = 'broker/operations/open-grant.ts';
const check = 'broker/operations/check-approval.ts';
const approvals = 'broker/domain/policy/approvals.ts';
const needs = 'broker/domain/policy/review-needs.ts';
const again = 'broker/domain/transitions/ask-again.ts';
const transition = 'broker/domain/transitions/open.ts';

export const openMutants: readonly Mutant[] = [
  {
    name: 'what is on record is granted although it is not what was approved',
    guards: 'the digest of what the reviewer saw (N01, N18)',
    changes: [
      {
        file: check,
        from: 'if (requestDigest(request) !== request.digest)\n',
        to: "if (request.digest === '')\n",
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'a role that was made anew under its old name gets what was approved for the old one',
    guards: 'the IAM role behind an ARN (N35)',
    changes: [
      {
        file: check,
        from: ' || principal.roleId !== subject.roleId)\n',
        to: ')\n',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'a request is opened although policy refuses it by now',
    guards: 'policy at grant time (N13, N05)',
    changes: [
      {
        file: check,
        from: "if (decision.outcome === 'refuse') return { refused: decision.reasons.join(' ') };",
        to: '',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'a role is granted with rules that changed since the approval',
    guards: 'rules pinned by their digest (N51)',
    changes: [{ file: check, from: 'now.clusterRole !== resolved.clusterRole ||', to: '' }],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'approvals count although their reviewer may not review any more',
    guards: 'authority at grant time (N13)',
    changes: [
      { file: approvals, from: 'yes.filter((reviewer) => able.includes(reviewer))', to: 'yes' },
      { file: needs, from: '.filter((person) => people.has(person))', to: '.concat([...people])' },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'approvals of another digest count at grant time',
    guards: 'what the reviewer saw (N18)',
    changes: [
      {
        file: approvals,
        from: 'review.digest === digest &&',
        to: '',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'fewer approvals suffice at grant time than the policy of now asks for',
    guards: 'the number of reviews (N12)',
    changes: [
      {
        file: check,
        from: ' ?? unmetBy(catalog, decision, request)',
        to: '',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'fewer approvals suffice at grant time than were asked for',
    guards: 'the number of reviews (N12)',
    changes: [
      {
        file: check,
        from: 'unmetBy(catalog, request.decision, request) ?? ',
        to: '',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'OpenGrant does not ask for kill switches',
    guards: 'the kill switch within the transaction',
    changes: [{ file: open, from: 'unless: scopesOf(before),', to: '' }],
    killedBy: unit('operations/kill-switch'),
  },
  {
    name: 'an approval is opened long after it went stale',
    guards: 'stale approvals (N10)',
    changes: [
      {
        file: open,
        from: 'if (seen.openBy !== undefined && now >= seen.openBy) {',
        to: 'if (seen.openBy !== undefined && now >= seen.openBy && seen.openBy === now) {',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'a refusal overtakes what changed since it was looked at',
    guards: 'stale decisions (N28)',
    changes: [
      {
        file: open,
        from: 'if (before.version === seen.version) return advance',
        to: 'if (before.id === seen.id) return advance',
      },
    ],
    killedBy: unit('operations/opening'),
  },
  {
    name: 'a grant is opened again although its end was requested',
    guards: 'ends that come while it opens (N24)',
    changes: [
      {
        file: open,
        from: 'if (request.endRequested)\n',
        to: 'if (request.endRequested && !request.grant)\n',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'a grant is opened again after create-before',
    guards: 'a plan that comes too late',
    changes: [
      {
        file: open,
        from: 'if (!request.grant || world.clock.now() >= request.grant.createBefore) {',
        to: 'if (!request.grant) {',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'create-before lies after the end of the grant',
    guards: 'a binding that is created when its time is over (N29)',
    changes: [
      {
        file: transition,
        from: 'createBefore: earliest(after(at, bindWindowMs), expiresAt),',
        to: 'createBefore: after(at, bindWindowMs),',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'access exists before its evidence is in the locked bucket',
    guards: 'no access without a durable record (N58)',
    changes: [{ file: open, from: '  await shipEvents(world, { requestId: request.id });\n', to: '' }],
    killedBy: histories(200),
  },
  {
    name: 'the access entry is taken before the evidence is shipped',
    guards: 'no access without a durable record (N58)',
    changes: [
      { file: open, from: '  await shipEvents(world, { requestId: request.id });\n  try {', to: '  try {' },
      {
        file: open,
        from: '  return world.signer.sign({',
        to: '  await shipEvents(world, { requestId: request.id });\n  return world.signer.sign({',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'OpenGrant writes its intent although the entry is being deleted',
    guards: 'grants that can only fail',
    changes: [{ file: open, from: 'await refuseIfBusy(world, entryKeyOf(request));', to: '' }],
    killedBy: unit('operations/opening'),
  },
  {
    name: 'a new entry is asked for with the token of the last one',
    guards: 'an idempotent creation that answers for a deleted entry',
    changes: [
      {
        file: 'broker/domain/access-entry.ts',
        from: 'return digestOf({ ...key, generation });',
        to: 'return digestOf({ ...key, generation: generation * 0 });',
      },
    ],
    killedBy: unit('domain/identity'),
  },
  {
    name: 'a request that is asked again keeps its earlier answers',
    guards: 'what changed is approved anew (N18, N51)',
    changes: [
      { file: again, from: ' reviews: [],', to: '' },
      {
        file: again,
        from: 'const digest = requestDigest({ ...before, resolved });',
        to: 'const digest = before.digest;',
      },
    ],
    killedBy: unit('operations/approval'),
  },
  {
    name: 'the execution leaves a request alone that was asked again, when the answer of that was lost',
    guards: 'nothing waits without anybody who waits for it',
    changes: [
      {
        file: open,
        from: "if (seen.status === 'pending' && askedAgainBecause(seen) !== undefined) throw asked(seen);",
        to: '',
      },
    ],
    killedBy: unit('operations/approval'),
  },
];
