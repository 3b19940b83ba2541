/** One fault that strikes requests in several states at once: healed, watched until nothing stands, and judged. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal, patience } from '#domain/lifecycle.ts';
import type { Status } from '#domain/request.ts';
import { press } from '#local/reviewer.ts';
import { untilNothingStands } from '../e2e/nothing-stands.ts';
import { until } from '../e2e/steps.ts';
import type { Fault } from './faults.ts';
import { bringInto, type Case, type State } from './states.ts';
import { lastAllowed, refusedFrom } from './watch-access.ts';
import type { ChaosWorld } from './world.ts';

/** What became of one case; times are milliseconds since 1970. */
export interface Outcome {
  fault: string;
  state: State;
  ended: Status;
  struckAt: number;
  healedAt: number;
  expiresAt: number | undefined;
  /** When its end was due: at its time, or once the fault was healed that had kept it from being ended. */
  dueAt: number;
  lastAllowedAt: number | undefined;
  refusedAt: number | undefined;
  /** When the record came to its end. */
  closedAt: number;
  /** What is wrong, in words; empty where all is as promised. */
  faults: string[];
}

/** A minute, and what the sweep leaves to whoever may be at it. */
const graceMs = 60_000 + patience.revoke;
/** Where nothing was opened there is nothing to hurry for: the sweep leaves it so much longer. */
const unopenedMs = patience.ask;
/** For a machine that is busy with other things: what nobody asserts is how fast it is. */
const busyMs = 45_000;

/** Somebody approves what is pending while the fault lasts; where the page can't be reached, once it is healed. */
async function approve({ link }: Case): Promise<boolean> {
  if (link === undefined) return true;
  try {
    const page = await fetch(link, { signal: AbortSignal.timeout(10_000) });
    return (await press(link, await page.text(), 'approve')).status === 200;
  } catch {
    return false;
  }
}

export async function playRound(
  world: ChaosWorld,
  fault: Fault,
  states: readonly State[],
): Promise<Outcome[]> {
  const cases = await bringInto(world, states);
  try {
    const struckAt = Date.now();
    const heal = await fault.strike(world, cases);
    const strikeTookMs = Date.now() - struckAt;
    const approved = Promise.all(cases.map(approve));
    await sleep(Math.max(0, fault.lastsMs - strikeTookMs));
    await heal();
    await world.cloud.eks.clearFaults();
    const healedAt = Date.now();
    const answers = await approved;
    await Promise.all(cases.filter((_, i) => !answers[i]).map(approve));
    return await Promise.all(cases.map((one) => judge({ fault, one, struckAt, healedAt })));
  } finally {
    await Promise.all(cases.map(({ watch }) => watch.stop()));
  }
}

async function judge(of: { fault: Fault; one: Case; struckAt: number; healedAt: number }): Promise<Outcome> {
  const { fault, struckAt, healedAt } = of;
  const { person, id, state, watch } = of.one;
  const look = async () => (await person.api.show(id)).request;
  const request = await until(
    `request ${id} (${state}, ${fault.name}) to be over`,
    async () => {
      const seen = await look();
      return isFinal(seen.status as Status) && seen;
    },
    3 * graceMs,
  );
  const ended = request.status as Status;
  const { request: closed } = await untilNothingStands(person, id, ended);
  await watch.stop();

  const expiresAt = closed.grant ? Date.parse(closed.grant.expiresAt) : undefined;
  const dueAt = Math.max(expiresAt ?? healedAt, fault.blocksEnds ? healedAt : struckAt);
  const outcome = {
    fault: fault.name,
    state,
    ended,
    struckAt,
    healedAt,
    expiresAt,
    dueAt,
    lastAllowedAt: lastAllowed(watch),
    refusedAt: refusedFrom(watch),
    closedAt: Date.parse(closed.history.at(-1)?.at ?? ''),
  };
  return { ...outcome, faults: breaches(outcome) };
}

function breaches(outcome: Omit<Outcome, 'faults'>): string[] {
  const { dueAt, expiresAt, lastAllowedAt, refusedAt, closedAt, ended } = outcome;
  const latest = dueAt + graceMs + busyMs;
  const latestClose = latest + (expiresAt === undefined ? unopenedMs : 0);
  const found: string[] = [];
  if (lastAllowedAt !== undefined && ended !== 'revoked')
    found.push(`access was seen, but the record says ${ended}`);
  if (lastAllowedAt !== undefined && lastAllowedAt > latest)
    found.push(`access was seen ${seconds(lastAllowedAt - dueAt)} after it had to be gone`);
  if (refusedAt === undefined || refusedAt > latest) found.push('the API server did not refuse in time');
  if (closedAt > latestClose)
    found.push(`the record was closed ${seconds(closedAt - dueAt)} after its end was due`);
  return found;
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
