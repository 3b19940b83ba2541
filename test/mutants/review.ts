/** Guards of reviews: never one's own, only by those who may, once, in time, and of exactly what was shown. */
import { type Mutant, unit } from './mutant.ts';

const answer = 'broker/domain/transitions/answer.ts';
const link = 'broker/operations/review-by-link.ts';

export const reviewMutants: readonly Mutant[] = [
  {
    name: 'people approve their own requests',
    guards: 'nobody answers for themselves (N02, N03)',
    changes: [
      {
        file: answer,
        from: 'if (own.some((name) => mayBeSame(name, reviewer))) {',
        to: "if (reviewer === '') {",
      },
      {
        file: answer,
        from: 'if (!request.reviewers.includes(reviewer) || !eligible.includes(reviewer)) {',
        to: "if (eligible.includes('')) {",
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'only the lists of reviewers keep people from answering their own requests',
    guards: 'nobody answers for themselves (N02, N03)',
    changes: [
      {
        file: answer,
        from: 'if (own.some((name) => mayBeSame(name, reviewer))) {',
        to: "if (reviewer === '') {",
      },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'people who are no reviewers answer requests',
    guards: 'eligible people only (N04, N06)',
    changes: [
      {
        file: answer,
        from: 'if (!request.reviewers.includes(reviewer) || !eligible.includes(reviewer)) {',
        to: "if (eligible.includes('')) {",
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'a reviewer answers who was taken off the catalog since they were asked',
    guards: 'authority at the click (N13)',
    changes: [{ file: answer, from: ' || !eligible.includes(reviewer)) {', to: ') {' }],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'a request is answered after its decision',
    guards: 'terminal states (N10)',
    changes: [
      { file: answer, from: "if (status !== 'pending')\n", to: 'if (!status)\n' },
      {
        file: 'broker/domain/lifecycle.ts',
        from: 'if (!canAdvance(before.status, to)) {',
        to: 'if (before.status === to) {',
      },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'a request is answered after its window',
    guards: 'late answers (N10)',
    changes: [
      { file: answer, from: 'if (review.at >= request.reviewBy)', to: "if (request.reviewBy === '')" },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'an answer counts for what was not shown',
    guards: 'the digest of what the reviewer saw (N18)',
    changes: [
      { file: answer, from: 'if (review.digest !== request.digest)', to: "if (review.digest === '')" },
      {
        file: 'broker/domain/policy/approvals.ts',
        from: 'review.digest === digest &&',
        to: '',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'an answer for what was not shown is taken, though not counted',
    guards: 'the digest of what the reviewer saw (N18)',
    changes: [
      { file: answer, from: 'if (review.digest !== request.digest)', to: "if (review.digest === '')" },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'one reviewer approves twice where two have to',
    guards: 'enough people (N11)',
    changes: [
      {
        file: answer,
        from: 'if (request.reviews.some((earlier) => earlier.reviewer === review.reviewer))',
        to: 'if (request.reviews.length < 0)',
      },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'one approval suffices where two are needed',
    guards: 'enough people (N12)',
    changes: [
      {
        file: answer,
        from: 'if (unmetBy(catalog, request.decision, { ...request, reviews }))',
        to: 'if (reviews.length === 0)',
      },
    ],
    killedBy: unit('domain/answer'),
  },
  {
    name: 'a link that was used is used again',
    guards: 'single use of a link (N11)',
    changes: [
      { file: link, from: "if (link.usedAt) return 'used';", to: '' },
      {
        file: link,
        from: '{ ...answer(world.catalog, before, review), usedLink: { hash: link.hash, at } }',
        to: 'answer(world.catalog, before, review)',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'looking at a link uses it up',
    guards: 'mail scanners (N14)',
    changes: [
      {
        file: link,
        from: '  return { request, link, state: stateOf(link, request, world.clock.now()) };',
        to: '  link.usedAt = world.clock.now();\n  return { request, link, state: stateOf(link, request, world.clock.now()) };',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'a role whose callers choose their session name answers requests',
    guards: 'people only (N43)',
    changes: [
      {
        file: 'broker/operations/review-request.ts',
        from: 'if (person === undefined) {',
        to: "if (person === '') {",
      },
      {
        file: 'broker/operations/review-request.ts',
        from: 'reviewer: person,',
        to: 'reviewer: person ?? input.caller.sessionName,',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'strangers end grants',
    guards: 'ends by those concerned (N31)',
    changes: [
      {
        file: 'broker/operations/revoke-grant.ts',
        from: 'if (!isConcerned(world.catalog, caller, before)) {',
        to: 'if (!caller.principal) {',
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'the end of a grant is signalled before it is on record',
    guards: 'no wake-up is lost (N24)',
    changes: [
      {
        file: 'broker/domain/transitions/request-end.ts',
        from: "  return amend(before, { at, actor: by, reason, type: 'end-requested', changes });",
        to: "  const { endRequested: _, ...none } = changes;\n  return amend(before, { at, actor: by, reason, type: 'end-requested', changes: none });",
      },
    ],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'an empty list of reviewers means that nobody has to answer',
    guards: 'empty is not everyone (N06)',
    changes: [
      {
        file: 'broker/domain/policy/guardrails/reviewers.ts',
        from: 'meet(catalog, reviews, new Set(able))',
        to: 'able.length >= 0',
      },
    ],
    killedBy: unit('domain/policy/guardrails'),
  },
  {
    name: 'a session of a role that was made anew passes for the role of now',
    guards: 'the IAM role behind an ARN (N35)',
    changes: [
      {
        file: 'broker/operations/verify-caller.ts',
        from: 'if (callerId !== `${principal.roleId}:${session.sessionName}`) {',
        to: "if (callerId === '') {",
      },
    ],
    killedBy: unit('http/identity'),
  },
];
