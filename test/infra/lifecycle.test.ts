import { readFileSync } from 'node:fs';
import aslValidator from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { deleteLeaseMs } from '#domain/access-entry.ts';
import { errorTable } from '#domain/error-table.ts';
import { definitionFile, taskStates } from '../../infra/lifecycle.ts';
import { functionNamed, ofType, readable, synthesized } from './synthesized.ts';
import { type ErrorName, errorNames, thrownBy } from './thrown-errors.ts';

interface Retrier {
  ErrorEquals: string[];
  MaxAttempts: number;
  IntervalSeconds?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
}
interface Catcher {
  ErrorEquals: string[];
  Next: string;
}
interface State {
  Type: 'Task' | 'Choice' | 'Succeed' | 'Fail';
  Resource?: string;
  Arguments?: { FunctionName: string; Payload: unknown };
  TimeoutSeconds?: number | string;
  Retry?: Retrier[];
  Catch?: Catcher[];
  Choices?: { Condition: string; Next: string }[];
  Default?: string;
  Output?: unknown;
  Next?: string;
  End?: boolean;
}

const text = readFileSync(definitionFile, 'utf8');
const definition: { StartAt: string; States: Record<string, State> } = JSON.parse(text);
const states = Object.entries(definition.States);
const tasks = states.filter(([, { Type }]) => Type === 'Task');
const made = synthesized();
const [machine] = ofType(made, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) => Properties);

const stateOf = (name: string): State => {
  const state = definition.States[name];
  if (!state) throw new Error(`The lifecycle has no state ${name}.`);
  return state;
};

/** The retrier that an error meets: the first that names it, or everything. Others are not asked, even once it gave up. */
function retrierOf(state: string, error: string): Retrier | undefined {
  return stateOf(state).Retry?.find(({ ErrorEquals }) =>
    ErrorEquals.some((name) => name === error || name === 'States.ALL'),
  );
}

/** How long a retrier goes on, in seconds, the tries themselves not counted. */
function patienceOf({ MaxAttempts, IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds }: Retrier): number {
  const waits = Array.from({ length: MaxAttempts }, (_, n) =>
    Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds ?? Number.POSITIVE_INFINITY),
  );
  return waits.reduce((sum, wait) => sum + wait, 0);
}

/** Where a state can lead, besides to itself by a retry. */
function nextOf(name: string): string[] {
  const { Next, Default, Choices = [], Catch = [] } = stateOf(name);
  return [
    Next,
    Default,
    ...Choices.map((choice) => choice.Next),
    ...Catch.map((catcher) => catcher.Next),
  ].filter((next) => next !== undefined);
}

/** Every way from a state to an end, as lists of names; not those back to AskReviewers, nor from BindRole through DefineRole, AwaitClaim or AwaitStart, which lead back. */
const leadingBack = ['AwaitClaim', 'AwaitStart', 'AskReviewers', 'DefineRole'];
function waysFrom(name: string, seen: string[] = []): string[][] {
  if (seen.includes(name)) throw new Error(`The lifecycle goes round: ${[...seen, name].join(' -> ')}`);
  const next = nextOf(name).filter((to) => !leadingBack.includes(to));
  if (next.length === 0) return [[...seen, name]];
  return next.flatMap((to) => waysFrom(to, [...seen, name]));
}

describe('the lifecycle as a file', () => {
  it('is valid Amazon States Language', () => {
    const { isValid, errorsText } = aslValidator(structuredClone(definition));
    expect(errorsText()).toBe('');
    expect(isValid).toBe(true);
  });

  it('calls one function per task, of the same name, and knows no other address', () => {
    expect(tasks.map(([name]) => name).sort()).toEqual([...taskStates].sort());
    for (const [name, { Arguments }] of tasks) expect(Arguments?.FunctionName).toBe(`\${${name}Arn}`);
    expect(text).not.toMatch(/arn:aws:(?!states:::)/);
  });

  it('keeps its callbacks: only states that wait hand out a task token', () => {
    const waiting = tasks
      .filter(([, { Resource }]) => Resource?.endsWith('.waitForTaskToken'))
      .map(([name]) => name);
    const handing = tasks
      .filter(([, { Arguments }]) => JSON.stringify(Arguments).includes('Task.Token'))
      .map(([name]) => name);
    expect(waiting).toEqual(['AskReviewers', 'AwaitClaim', 'HoldGrant']);
    expect(handing).toEqual(waiting);
  });

  it('bounds every task in time', () => {
    for (const [name, { TimeoutSeconds }] of tasks) expect([name, TimeoutSeconds]).not.toContain(undefined);
  });

  it('gives a plain grant at most 9 transitions', () => {
    // Counted strictly: each state entered, and one more for the start.
    let name = definition.StartAt;
    const entered = [name];
    while (!stateOf(name).End) {
      const { Next, Choices } = stateOf(name);
      name = Next ?? Choices?.[0]?.Next ?? 'nowhere';
      entered.push(name);
    }
    expect(entered).toEqual([
      'AskReviewers',
      'OpenGrant',
      'BindRole',
      'HoldGrant',
      'EndGrant',
      'IsStanding',
      'UnbindRole',
      'CloseGrant',
    ]);
    expect(entered.length + 1).toBeLessThanOrEqual(9);
  });
});

describe('every way out of a state in which something may exist', () => {
  const opened = ['OpenGrant', 'BindRole', 'DefineRole', 'HoldGrant'];

  it.each(opened)('leads from %s through EndGrant, or to where nothing was granted', (name) => {
    for (const way of waysFrom(name)) {
      const leavesUnopened = name === 'OpenGrant' && way.join() === 'OpenGrant,NotGranted';
      expect([way.includes('EndGrant') || leavesUnopened, way.join(' -> ')]).toEqual([
        true,
        way.join(' -> '),
      ]);
    }
  });

  it('skips EndGrant only when OpenGrant itself says that nothing may be granted', () => {
    const skips = stateOf('OpenGrant').Catch?.filter(({ Next }) => Next === 'NotGranted');
    expect(skips).toEqual([{ ErrorEquals: ['NotApproved'], Next: 'NotGranted' }]);
  });

  it('waits for a start only before anything exists, and comes back to where everything is checked', () => {
    const leading = Object.keys(definition.States).filter((name) => nextOf(name).includes('AwaitStart'));
    const waits = stateOf('OpenGrant').Catch?.filter(({ Next }) => Next === 'AwaitStart');
    expect(leading).toEqual(['OpenGrant']);
    expect(waits).toEqual([{ ErrorEquals: ['NotDue'], Next: 'AwaitStart' }]);
    expect(nextOf('AwaitStart')).toEqual(['OpenGrant']);
  });

  it('waits for a claim only before anything exists, and comes back to where everything is checked', () => {
    const leading = Object.keys(definition.States).filter((name) => nextOf(name).includes('AwaitClaim'));
    const waits = stateOf('OpenGrant').Catch?.filter(({ Next }) => Next === 'AwaitClaim');
    expect(leading).toEqual(['OpenGrant']);
    expect(waits).toEqual([{ ErrorEquals: ['ClaimAwaited'], Next: 'AwaitClaim' }]);
    expect([...new Set(nextOf('AwaitClaim'))].sort()).toEqual(['NotGranted', 'OpenGrant']);
  });

  it('makes a Role only where BindRole misses it, hands on the same plan, and goes back to where it is bound', () => {
    const leading = Object.keys(definition.States).filter((name) => nextOf(name).includes('DefineRole'));
    expect(leading).toEqual(['BindRole']);
    expect(stateOf('BindRole').Catch?.filter(({ Next }) => Next === 'DefineRole')).toEqual([
      { ErrorEquals: ['RoleUndefined'], Output: '{% $states.input %}', Next: 'DefineRole' },
    ]);
    expect(stateOf('DefineRole').Next).toBe('BindRole');
    expect(stateOf('DefineRole').Output).toBe('{% $states.input %}');
    expect(nextOf('DefineRole').sort()).toEqual(['BindRole', 'EndGrant']);
  });

  it.each(taskStates)('catches everything in %s', (name) => {
    expect(stateOf(name).Catch?.at(-1)?.ErrorEquals).toEqual(['States.ALL']);
  });

  it.each(['EndGrant', 'UnbindRole', 'CloseGrant'])('goes on from a failed %s to the sweep', (name) => {
    const { Catch = [] } = stateOf(name);
    expect(Catch.map(({ Next }) => Next)).toEqual(['HandedToSweep']);
    expect(stateOf('HandedToSweep').Type).toBe('Fail');
  });

  it('never tries a hold again, which would restart its clock', () => {
    expect(stateOf('HoldGrant').Retry).toBeUndefined();
  });

  it('ends without EndGrant and CloseGrant only where the record says that nothing stands', () => {
    for (const way of waysFrom(definition.StartAt)) {
      const [end] = way.slice(-1);
      if (end === 'CloseGrant') expect(way).toContain('UnbindRole');
      else expect(['NotGranted', 'HandedToSweep']).toContain(end);
    }
  });
});

describe('after an error', () => {
  const lasts = (error: ErrorName) => !errorTable[error].retry;

  it.each(['OpenGrant', 'BindRole', 'DefineRole'])(
    '%s gives up at once where trying again can not help, and tries again otherwise',
    async (state) => {
      const lasting = (await thrownBy(state)).filter(lasts);
      expect(lasting).toContain('PlanRefused');
      const gaveUp = stateOf(state).Retry?.filter(({ MaxAttempts }) => MaxAttempts === 0);
      expect(gaveUp?.flatMap(({ ErrorEquals }) => ErrorEquals).sort()).toEqual(lasting);
      for (const error of [...errorNames, 'States.Timeout', 'Lambda.TooManyRequestsException']) {
        const tries = (retrierOf(state, error)?.MaxAttempts ?? 0) > 0;
        expect([error, tries]).toEqual([error, !lasting.some((name) => name === error)]);
      }
    },
  );

  it('OpenGrant outwaits a delete of the entry that it needs', async () => {
    expect(await thrownBy('OpenGrant')).toContain('EntryBusy');
    const retrier = retrierOf('OpenGrant', 'EntryBusy');
    expect(retrier && patienceOf(retrier) * 1000).toBeGreaterThan(deleteLeaseMs);
  });

  it.each(['EndGrant', 'UnbindRole', 'CloseGrant'])(
    '%s is tried again for minutes, whatever the error',
    (state) => {
      for (const error of [...errorNames, 'States.Timeout', 'Lambda.Unknown', 'Error']) {
        const retrier = retrierOf(state, error);
        expect([error, (retrier ? patienceOf(retrier) : 0) >= 120]).toEqual([error, true]);
      }
    },
  );
});

describe('the lifecycle as deployed', () => {
  it('is the file, as it is', () => {
    expect(machine?.DefinitionString).toBe(text);
    expect(machine?.StateMachineType).toBe('STANDARD');
  });

  it('has an address for every name in the file, and for no other', () => {
    const wanted = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name).sort();
    expect(Object.keys(machine?.DefinitionSubstitutions).sort()).toEqual(wanted);
    for (const state of taskStates) {
      expect(readable(machine?.DefinitionSubstitutions[`${state}Arn`])).toBe(`<${state}Function.Arn>`);
    }
  });

  it('logs errors without data, since inputs hold task tokens', () => {
    expect(machine?.LoggingConfiguration).toMatchObject({ Level: 'ERROR', IncludeExecutionData: false });
  });

  it.each(taskStates)('stops the function %s before its state gives up', (name) => {
    const { TimeoutSeconds } = stateOf(name);
    const { Timeout } = functionNamed(made, name).Properties;
    if (typeof TimeoutSeconds === 'number') expect(Timeout).toBeLessThan(TimeoutSeconds);
    else expect(Timeout).toBeLessThanOrEqual(30);
  });

  it.each(['OpenGrant', 'CloseGrant', 'SweepGrants'])(
    'stops %s, which deletes entries, within its lease',
    (name) => {
      expect(functionNamed(made, name).Properties.Timeout * 1000).toBeLessThan(deleteLeaseMs);
    },
  );
});
