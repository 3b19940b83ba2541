/** What the lifecycle comes to: where it goes on, what a retry is told, and when waiting is over. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { definitionFile } from '../../infra/lifecycle.ts';
import { type Bindings, compile } from '../simulation/asl/expression.ts';

interface State {
  Choices?: { Condition: string; Next: string }[];
  Default?: string;
  Catch?: { ErrorEquals: string[]; Next: string }[];
  Arguments?: { Payload: unknown };
  TimeoutSeconds?: unknown;
  Seconds?: unknown;
}
const { States }: { States: Record<string, State> } = JSON.parse(readFileSync(definitionFile, 'utf8'));

const enteredAt = '2026-11-21T08:00:00.250Z';

function worth(
  template: unknown,
  input: unknown,
  { retries = 0, variables = {} }: { retries?: number; variables?: Bindings['variables'] } = {},
): Promise<unknown> {
  const context = {
    State: { Name: 'X', EnteredTime: enteredAt, RetryCount: retries },
    Task: { Token: 'token' },
  };
  return compile('X', template)({ states: { input, context }, variables });
}

it.each([
  ['Denied', 'NotGranted'],
  ['Withdrawn', 'NotGranted'],
  ['States.Timeout', 'OpenGrant'],
  ['Lambda.Unknown', 'OpenGrant'],
])(
  'AskReviewers goes on, after %s, with %s: only the record knows whether an answer came in the last second',
  (error, next) => {
    const met = States.AskReviewers?.Catch?.find(({ ErrorEquals }) =>
      ErrorEquals.some((name) => name === error || name === 'States.ALL'),
    );
    expect(met?.Next).toBe(next);
  },
);

it.each([
  ['2026-11-21T08:00:00.250Z', 14_400],
  ['2026-11-21T07:00:00.000Z', 14_400],
  ['2026-11-21T09:00:00.250Z', 18_000],
])('AwaitClaim waits, with a start at %s, for its window from then on: %i s', async (opensAt, seconds) => {
  const variables = { opensAt, claimSeconds: 14_400 };
  expect(await worth(States.AwaitClaim?.TimeoutSeconds, {}, { variables })).toBe(seconds);
});

describe('IsStanding', () => {
  it.each([
    [true, 'UnbindRole'],
    [false, 'NotGranted'],
  ])('goes on, where standing is %s, with %s', async (standing, next) => {
    const { Choices = [], Default } = States.IsStanding ?? {};
    let taken: string | undefined;
    for (const { Condition, Next } of Choices)
      if ((await worth(Condition, { standing, plan: {} })) === true) taken ??= Next;
    expect(taken ?? Default).toBe(next);
  });
});

it.each([
  [0, false],
  [1, true],
  [11, true],
])('UnbindRole is told, after %i retries, that it was tried before: %s', async (retries, retried) => {
  const payload = await worth(States.UnbindRole?.Arguments?.Payload, { plan: { v: 1 } }, { retries });
  expect(payload).toEqual({ v: 1, retried });
});

it.each([
  ['2026-11-21T08:01:00.000Z', 55],
  ['2026-11-21T08:01:00.250Z', 56],
  ['2026-11-21T08:00:05.000Z', 1],
  ['2026-11-21T07:00:00.000Z', 1],
])(
  'HoldGrant waits, until 4 to 5 s before %s, for %i s, and a second at least',
  async (expiresAt, seconds) => {
    expect(await worth(States.HoldGrant?.TimeoutSeconds, {}, { variables: { expiresAt } })).toBe(seconds);
  },
);

it.each([
  ['2026-11-21T08:01:00.000Z', 60],
  ['2026-11-21T07:00:00.000Z', 1],
])('AwaitStart waits until %s and not less: %i s', async (opensAt, seconds) => {
  expect(await worth(States.AwaitStart?.Seconds, {}, { variables: { opensAt } })).toBe(seconds);
});
