/** Executions go the way that the lifecycle predicts, and a definition that goes another is seen to. */
import { expect, it } from 'vitest';
import { definition, machineOf } from '../cloud/step-functions.ts';
import { stories } from '../crash-everywhere.ts';
import { play } from '../play.ts';
import type { Machine } from './machine.ts';

Error.stackTraceLimit = 0;

type Json = Record<string, unknown>;
interface Source {
  States: Record<string, Json & { Retry: Json[]; Catch: Json[] }>;
}

/** The deployed definition with something changed in one of its states. */
function changed(name: string, change: (state: Source['States'][string]) => Json | undefined): Machine {
  const copy = structuredClone(definition) as Source;
  const state = copy.States[name];
  if (!state) throw new Error(`The lifecycle has no state ${name}.`);
  const States = { ...copy.States, [name]: change(state) ?? state };
  return machineOf({ ...copy, States });
}

const caught = (name: string, Next: string) =>
  changed(name, (state) => {
    for (const catcher of state.Catch) if (String(catcher.ErrorEquals) === 'States.ALL') catcher.Next = Next;
  });
const uncaught = (name: string) =>
  changed(name, (state) => {
    const { Catch, ...rest } = state;
    const others = Catch.filter(({ ErrorEquals }) => String(ErrorEquals) !== 'States.ALL');
    return { ...rest, ...(others.length > 0 ? { Catch: others } : {}) };
  });
const triedOnce = (name: string) =>
  changed(name, (state) => {
    for (const retrier of state.Retry) retrier.MaxAttempts = 0;
  });

const wrong: Record<string, Machine> = {
  'a failed OpenGrant ends as if nothing stood': caught('OpenGrant', 'NotGranted'),
  'a failed BindRole ends as if nothing stood': caught('BindRole', 'NotGranted'),
  'a failed BindRole is held': caught('BindRole', 'HoldGrant'),
  'a failed hold ends as if nothing stood': caught('HoldGrant', 'NotGranted'),
  'a failed UnbindRole is closed': caught('UnbindRole', 'CloseGrant'),
  'a failed CloseGrant ends as if nothing stood': caught('CloseGrant', 'NotGranted'),
  'a failed BindRole is not caught': uncaught('BindRole'),
  'a hold is not caught': uncaught('HoldGrant'),
  'a failed EndGrant is not caught': uncaught('EndGrant'),
  'BindRole is tried once': triedOnce('BindRole'),
  'EndGrant is tried once': triedOnce('EndGrant'),
  'UnbindRole is tried once': triedOnce('UnbindRole'),
  'OpenGrant is tried again whatever it says': changed('OpenGrant', ({ Retry: [, ...Retry], ...state }) => ({
    ...state,
    Retry,
  })),
  'AskReviewers is asked again after a no': changed('AskReviewers', ({ Retry: [, ...Retry], ...state }) => ({
    ...state,
    Retry,
  })),
  'a hold is tried again': changed('HoldGrant', (state) => {
    state.Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, BackoffRate: 2, MaxAttempts: 1 }];
  }),
  'what is bound is ended at once': changed('BindRole', (state) => ({ ...state, Next: 'EndGrant' })),
  'what was unbound is not closed': changed('UnbindRole', (state) => ({ ...state, Next: 'NotGranted' })),
  'a later start is not waited for': changed('OpenGrant', (state) => {
    for (const catcher of state.Catch)
      if (String(catcher.ErrorEquals) === 'NotDue') catcher.Next = 'NotGranted';
  }),
};

/** While a service is away: for a moment, until those who give have given up, and until all have. */
const outages = [
  { fromSecond: 3, seconds: 5 },
  { fromSecond: 3, seconds: 40 },
  { fromSecond: 12, seconds: 900 },
].flatMap((span) =>
  ['records.', 'entries.', 'ledger.', 'cluster.'].map((point) => ({
    ...span,
    points: [point],
    fate: 'before' as const,
  })),
);

const histories = Object.values(stories).flatMap((story) => [
  story,
  ...outages.map((outage) => ({ ...story, weather: { ...story.weather, outages: [outage] } })),
]);

/** Whether any history shows that executions of a machine leave the way that is predicted. */
async function isSeen(machine: Machine): Promise<boolean> {
  for (const history of histories) {
    const { broken } = await play(history, { machine });
    if (broken?.invariant.name === 'as the lifecycle predicts') return true;
  }
  return false;
}

it('the deployed definition goes the way that is predicted, whatever is away', async () => {
  for (const history of histories) expect((await play(history)).broken?.message).toBeUndefined();
});

it.each(Object.entries(wrong))('a definition in which %s is seen', async (_, machine) => {
  expect(await isSeen(machine)).toBe(true);
});
