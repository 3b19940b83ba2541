/** Guards of claims: nothing of what others asked for exists before the person it is for has signed for it, and for nobody else. */
import { type Mutant, unit } from './mutant.ts';

const transition = 'broker/domain/transitions/claim.ts';
const killedBy = unit('operations/claim');

export const claimMutants: readonly Mutant[] = [
  {
    name: 'anybody whom it concerns may claim',
    guards: 'only the person claims (N43)',
    changes: [
      { file: transition, from: 'if (caller.person !== person)', to: 'if (caller.person === undefined)' },
    ],
    killedBy,
  },
  {
    name: 'it can be claimed from any IAM role',
    guards: 'the IAM roles that were approved',
    changes: [{ file: transition, from: 'if (from && !from.includes(', to: 'if (!from && !from?.includes(' }],
    killedBy,
  },
  {
    name: 'a second claim of another role takes it over',
    guards: 'one claim',
    changes: [
      {
        file: transition,
        from: "if (subject.kind !== 'unclaimed') {",
        to: "if (subject.kind === 'principal') {",
      },
    ],
    killedBy,
  },
  {
    name: 'it can be claimed after its window',
    guards: 'the claim window',
    changes: [{ file: transition, from: 'at >= openBy)', to: 'at > "9")' }],
    killedBy,
  },
  {
    name: 'it can be claimed before its review',
    guards: 'nobody in without a yes',
    changes: [{ file: transition, from: "if (status === 'pending')", to: "if (status === 'granting')" }],
    killedBy,
  },
  {
    name: 'policy is not asked at the claim',
    guards: 'everything is asked again at the claim (N13)',
    changes: [
      {
        file: 'broker/operations/claim-request.ts',
        from: 'if (wanted) await refuseUnlessAllowed(world, wanted.request, caller);',
        to: '',
      },
    ],
    killedBy,
  },
  {
    name: 'OpenGrant believes whatever a claim has put on record',
    guards: 'what was claimed is who was approved',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: 'if (unmeant !== undefined) return { refused: unmeant };',
        to: '',
      },
    ],
    killedBy,
  },
  {
    name: 'the digest leaves out who is to claim',
    guards: 'the digest covers the person',
    changes: [
      { file: 'broker/domain/request.ts', from: 'person: person ?? null, by: askedBy', to: 'by: askedBy' },
    ],
    killedBy,
  },
  {
    name: 'whoever asked for others reviews it',
    guards: 'no review of their own (N02)',
    changes: [
      {
        file: 'broker/domain/people.ts',
        from: '[person, workload?.actsFor, asker]',
        to: '[person, workload?.actsFor]',
      },
    ],
    killedBy,
  },
  {
    name: 'anybody may ask for others',
    guards: 'who may ask for others',
    changes: [
      {
        file: 'broker/domain/policy/guardrails/on-behalf.ts',
        from: '!mayAskForOthers(catalog, askedBy.person)',
        to: 'false',
      },
    ],
    killedBy,
  },
  {
    name: 'the sweep leaves a claim whose wake-up was lost',
    guards: 'no wake-up is lost',
    changes: [
      {
        file: 'broker/operations/drive-requests.ts',
        from: "else if (request.status === 'scheduled' && isUnclaimed(request))",
        to: "else if (request.status === 'scheduled')",
      },
    ],
    killedBy,
  },
  {
    name: 'a kill switch for the person leaves what waits for their claim',
    guards: 'kill switches',
    changes: [
      { file: 'broker/domain/kill-scope.ts', from: '    requester.askedBy && requester.person,\n', to: '' },
    ],
    killedBy,
  },
];
