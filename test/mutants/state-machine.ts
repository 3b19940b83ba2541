/** Guards of the state machine as deployed: what is caught, what is tried again, and for how long. */
import { type Mutant, unit } from './mutant.ts';

const file = 'statemachines/access-lifecycle.asl.json';
const lifecycle = unit('infra/lifecycle');
const values = unit('infra/lifecycle-values');

export const stateMachineMutants: readonly Mutant[] = [
  {
    name: 'a failed BindRole goes to where nothing was granted',
    guards: 'every way out leads through EndGrant (N20)',
    changes: [
      {
        file,
        from: '"Next": "EndGrant"\n        }\n      ],\n      "Next": "HoldGrant"',
        to: '"Next": "NotGranted"\n        }\n      ],\n      "Next": "HoldGrant"',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'a failed BindRole is not caught',
    guards: 'every way out leads through EndGrant (N20)',
    changes: [
      {
        file,
        from: '"Next": "DefineRole" },\n        {\n          "ErrorEquals": ["States.ALL"],\n          "Output": { "cause": "{% $states.errorOutput.Error %}" },\n          "Next": "EndGrant"\n        }\n      ],',
        to: '"Next": "DefineRole" }\n      ],',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'the time-out of the hold is not caught',
    guards: 'the ordinary end of a grant',
    changes: [
      {
        file,
        from: '"Output": { "cause": "EndRequested" },\n      "Catch": [\n        {\n          "ErrorEquals": ["States.ALL"],',
        to: '"Output": { "cause": "EndRequested" },\n      "Catch": [\n        {\n          "ErrorEquals": ["EndRequested"],',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'the hold is tried again',
    guards: 'a retry would restart the clock (N25)',
    changes: [
      {
        file,
        from: '"Output": { "cause": "EndRequested" },\n      "Catch"',
        to: '"Output": { "cause": "EndRequested" },\n      "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }],\n      "Catch"',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'the hold times out at the end and not before it',
    guards: 'late by one DELETE, not by a cold start',
    changes: [{ file, from: ') / 1000) - 4]) %}"', to: ') / 1000) + 4]) %}"' }],
    killedBy: values,
  },
  {
    name: 'an EndGrant that failed for minutes counts as not granted',
    guards: 'retries exhausted is not revoked (N27)',
    changes: [
      {
        file,
        from: '"Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "HandedToSweep" }],\n      "Next": "IsStanding"',
        to: '"Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "NotGranted" }],\n      "Next": "IsStanding"',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'an UnbindRole that failed for minutes is closed all the same',
    guards: 'retries exhausted is not revoked (N21, N27)',
    changes: [
      {
        file,
        from: '"Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "HandedToSweep" }],\n      "Next": "CloseGrant"',
        to: '"Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "CloseGrant" }],\n      "Next": "CloseGrant"',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'UnbindRole is tried a few times only',
    guards: 'the machine tries for minutes before it hands over',
    changes: [{ file, from: '"MaxAttempts": 12', to: '"MaxAttempts": 3' }],
    killedBy: lifecycle,
  },
  {
    name: 'the state UnbindRole is left out',
    guards: 'closed only when proven gone (N21)',
    changes: [
      {
        file,
        from: '"Condition": "{% $states.input.standing %}", "Next": "UnbindRole"',
        to: '"Condition": "{% $states.input.standing %}", "Next": "CloseGrant"',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'what may stand is taken for not granted',
    guards: 'every way out leads through EndGrant',
    changes: [{ file, from: '"{% $states.input.standing %}"', to: '"{% $not($states.input.standing) %}"' }],
    killedBy: values,
  },
  {
    name: 'any error of OpenGrant counts as not granted',
    guards: 'an intent that was written has to be ended (N20)',
    changes: [
      {
        file,
        from: '{ "ErrorEquals": ["NotApproved"], "Next": "NotGranted" }',
        to: '{ "ErrorEquals": ["States.ALL"], "Next": "NotGranted" }',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'UnbindRole is not told that it was tried before',
    guards: 'nothing found proves nothing about the past (N21)',
    changes: [
      { file, from: "{ 'retried': $states.context.State.RetryCount > 0 }", to: "{ 'retried': false }" },
    ],
    killedBy: values,
  },
  {
    name: 'OpenGrant does not wait for a delete of its entry',
    guards: 'grants that start as another of the role ends (N19)',
    changes: [
      {
        file,
        from: '"IntervalSeconds": 10, "BackoffRate": 1, "MaxAttempts": 8',
        to: '"IntervalSeconds": 1, "BackoffRate": 1, "MaxAttempts": 2',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'a plan that was refused is tried again and again',
    guards: 'errors that last',
    changes: [
      {
        file,
        from: '"ErrorEquals": ["PlanRefused", "ClusterUnfenced", "ClusterNotReady"], "MaxAttempts": 0',
        to: '"ErrorEquals": ["ClusterUnfenced", "ClusterNotReady"], "MaxAttempts": 0',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'the state BindRole gives up while its function goes on',
    guards: 'a creation that lands after its state gave up (N25)',
    changes: [
      {
        file,
        from: '"FunctionName": "${BindRoleArn}",\n        "Payload": "{% $states.input %}"\n      },\n      "TimeoutSeconds": 14,',
        to: '"FunctionName": "${BindRoleArn}",\n        "Payload": "{% $states.input %}"\n      },\n      "TimeoutSeconds": 5,',
      },
    ],
    killedBy: lifecycle,
  },
  {
    name: 'a wait for reviewers that failed grants nothing',
    guards: 'the record decides: an answer in the last second counts',
    changes: [
      {
        file,
        from: '"claimSeconds": "{% $exists($states.input.claimSeconds) ? $states.input.claimSeconds : 0 %}"\n          },\n          "Next": "OpenGrant"',
        to: '"claimSeconds": "{% $exists($states.input.claimSeconds) ? $states.input.claimSeconds : 0 %}"\n          },\n          "Next": "NotGranted"',
      },
    ],
    killedBy: values,
  },
  {
    name: 'a request whose start has not come is dropped',
    guards: 'later starts',
    changes: [
      {
        file,
        from: '{ "ErrorEquals": ["NotDue"], "Next": "AwaitStart" }',
        to: '{ "ErrorEquals": ["NotDue"], "Next": "NotGranted" }',
      },
    ],
    killedBy: lifecycle,
  },
];
