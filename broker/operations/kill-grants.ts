/** KillGrants: makes passes for one order until nothing of its scope is live, whatever state the state machine is in. */
import { after, type Instant, msBetween } from '#domain/instant.ts';
import {
  figuresOf,
  isDriven,
  type KillOrder,
  type KillPass,
  passing,
  settledAt,
} from '#domain/kill-order.ts';
import type { World } from '#ports';
import { changeOrder } from './kill-orders.ts';
import { type KillNeeds, killPass } from './kill-pass.ts';
import { bestEffort } from './signal.ts';

/** No pass begins later than this; one takes two minutes at most. Below the function's own time-out of 10 minutes. */
const workMs = 7.5 * 60_000;
/** Between two passes; doubled after each in a row that could not end all. */
const pauseMs = { calm: 1_000, longest: 15_000 } as const;

/** Idempotent, and several at a time do no harm. Undefined where there is no such order. */
export async function killGrants(
  world: KillNeeds & Pick<World, 'kills'>,
  { killId }: { killId: string },
): Promise<KillOrder | undefined> {
  const until = after(world.clock.now(), workMs);
  let troubled = 0;
  let order = await world.kills.read(killId);
  while (order && isDriven(order) && world.clock.now() < until) {
    const keep = (pass: KillPass) =>
      changeOrder(world, killId, (seen) => passing(seen, pass, world.clock.now()));
    const pass = await killPass(world, order, keep);
    order = await keep({ ...pass, endedAt: world.clock.now() });
    troubled = endedAll(pass) ? 0 : troubled + 1;
    const pause =
      troubled > 0
        ? Math.min(pauseMs.calm * 2 ** troubled, pauseMs.longest)
        : calmPause(pass, order, world.clock.now());
    if (isDriven(order)) await world.clock.sleep(pause);
  }
  return order;
}

function endedAll(pass: KillPass): boolean {
  const { problems, found, ended } = figuresOf(pass);
  return problems === 0 && ended === found;
}

/** Another pass before all has settled could prove nothing; one that found something is followed up at once. */
function calmPause(pass: KillPass, order: KillOrder, now: Instant): number {
  const { found, denied } = figuresOf(pass);
  const settled = found + denied === 0 ? settledAt(order) : undefined;
  return Math.max(pauseMs.calm, settled === undefined ? 0 : msBetween(now, settled));
}

/** Longer than a pass takes until it says that it goes on. */
const silentMs = 90_000;
/** The API's own call has had time to begin. */
const newMs = 10_000;

/** Two passes with all that has to settle between them take less. */
const expectedMs = 5 * 60_000;

/** Calls KillGrants for each order that nobody drives: the call was lost, or the function died. Counts those that take long. */
export async function driveKills(
  world: Pick<World, 'clock' | 'kills' | 'background' | 'metrics'>,
): Promise<void> {
  const now = world.clock.now();
  const driven = await world.kills.driven();
  world.metrics.count('KillUnfinished', driven.filter(({ at }) => msBetween(at, now) >= expectedMs).length);
  for (const order of driven) {
    const patience = order.drivenSince === undefined ? newMs : silentMs;
    if (msBetween(order.updatedAt, now) >= patience)
      await bestEffort(() => world.background.killGrants(order.id));
  }
}
