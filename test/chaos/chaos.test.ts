/** Real parts die, hang and come back while access is asked for, granted, held and ended: it is gone within a minute of both its end and the healing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allFaults,
  apiServerKilled,
  atOnce,
  eksKilled,
  emulatorRestarted,
  type Fault,
  functionsKilled,
} from './faults.ts';
import { type Outcome, playRound } from './round.ts';
import { type State, states } from './states.ts';
import { tableOf } from './table.ts';
import { type ChaosWorld, startChaosWorld } from './world.ts';

/** `npm run test:chaos` plays every state under every fault; `npm test` what breaks most at once. */
const all = process.env.CURFEW_CHAOS === 'all';
const rounds: [Fault, readonly State[]][] = all
  ? allFaults.map((fault) => [fault, states])
  : [
      [
        atOnce('API server, EKS and functions killed at once', [apiServerKilled, eksKilled, functionsKilled]),
        ['pending', 'granting', 'active', 'revoking'],
      ],
      [emulatorRestarted, ['active', 'revoking']],
    ];
const only = process.env.CURFEW_CHAOS_ONLY;

let world: ChaosWorld;
const outcomes: Outcome[] = [];

beforeAll(async () => {
  world = await startChaosWorld();
});
afterAll(async () => {
  if (outcomes.length > 0) console.log(`\n${tableOf(outcomes)}\n`);
  await world?.stop();
});

describe('Whoever has or gets access loses it, and the record says so', () => {
  test.each(
    rounds
      .filter(([{ name }]) => !only || name.includes(only))
      .map(([fault, struck]) => [fault.name, struck.join(', '), fault, struck] as const),
  )('%s while %s', async (_name, _states, fault, struck) => {
    const came = await playRound(world, fault, struck);
    outcomes.push(...came);
    if (all) console.log(tableOf(came));
    expect(came.map(({ state }) => state).sort()).toEqual([...struck].sort());
    expect(came.flatMap(({ state, faults }) => faults.map((what) => `${state}: ${what}`))).toEqual([]);
  });
});
