/** Plays one history from its beginning until all is quiet, and looks at every invariant after every step. */
import type { AccessRequest } from '#domain/request.ts';
import type { Machine } from './asl/machine.ts';
import { Cloud } from './cloud/cloud.ts';
import type { Called } from './cloud/fate.ts';
import { Broken } from './invariants/invariant.ts';
import { Watch } from './invariants/watch.ts';
import { catalogs } from './people/cast.ts';
import { Deeds } from './people/deeds.ts';
import type { Ask, History } from './people/history.ts';
import { Mishaps } from './people/mishaps.ts';
import { People } from './people/people.ts';
import { Desk } from './people/tickets.ts';

/** From the last that people or the weather do until the history has to be quiet. */
const patienceMs = 50 * 60_000;

export interface Outcome {
  /** What was breached, if anything was. */
  broken: Broken | undefined;
  /** Steps of the scheduler: calls that landed or failed, timers, deliveries, deeds. */
  events: number;
  invocations: number;
  faults: number;
  granted: number;
  /** Kill orders that got done. */
  killed: number;
  /** Requests and grants that the closing of their ticket ended. */
  closed: number;
  /** Grants ended, and RoleBindings and access entries taken away, by the sweep of a cluster. */
  swept: number;
  /** Longest that a right was seen past its expiry, in milliseconds of virtual time. */
  latestMs: { faultless: number; faulty: number };
  story: readonly string[];
}

export interface Listening {
  told?: boolean;
  /** Told of each call before it travels. */
  onCall?: (call: Called, cloud: Cloud) => void;
  /** Instead of the deployed state machine. */
  machine?: Machine;
}

export async function play(
  history: History,
  { told = false, onCall, machine }: Listening = {},
): Promise<Outcome> {
  const { seed, weather, asks, mishaps, kills = [], news = [] } = history;
  const cloud = new Cloud({ seed, weather, catalog: catalogs.usual, told, machine });
  if (onCall) cloud.fates.onCall = (call) => onCall(call, cloud);
  const deeds = new Deeds();
  const people = new People(cloud, deeds);
  const trouble = new Mishaps(cloud, deeds);
  const desk = new Desk(cloud, deeds);
  const watch = new Watch(cloud, deeds, trouble, history);
  const ids: string[] = [];
  let busy = 0;
  const { scheduler } = cloud;
  const later = (second: number, act: () => unknown) => {
    busy += 1;
    scheduler.in(second * 1000, () => {
      void Promise.resolve(act()).finally(() => {
        busy -= 1;
      });
    });
  };

  type Told = Pick<Ask, 'who' | 'answers' | 'sequels' | 'breakGlass'>;
  const goOn = (id: string | undefined, ask: Told, seconds: number) => {
    if (id === undefined) return;
    ids.push(id);
    for (const { afterSeconds, by, ...answer } of ask.answers)
      later(afterSeconds, () => people.review(by, id, answer));
    if (ask.breakGlass)
      for (const { afterSeconds, by, answer } of ask.answers)
        later(seconds + 5 * afterSeconds, () =>
          people.lookBack(by, id, answer === 'approve' ? 'accept' : 'dispute'),
        );
    for (const { afterSeconds, by, what } of ask.sequels) {
      // Those of the requester themselves are the likelier ones.
      const who = afterSeconds % 2 === 0 ? ask.who : by;
      later(afterSeconds, async () => {
        if (what === 'end') return people.end(who, id);
        if (what === 'withdraw') return people.withdraw(who, id);
        goOn(await people.extend(who, id, seconds), { who, answers: ask.answers, sequels: [] }, seconds);
      });
    }
  };
  for (const ask of asks)
    later(ask.atSecond, async () => goOn(await people.ask(ask.who, ask), ask, ask.seconds));
  for (const { atSecond, by, target, liftAfterSeconds } of kills)
    later(atSecond, async () => {
      const id = await people.kill(by, target);
      if (id !== undefined && liftAfterSeconds !== undefined)
        later(liftAfterSeconds, () => people.lift(by, id));
    });
  for (const one of news) later(one.atSecond, () => desk.happen(one));
  for (const mishap of mishaps) later(mishap.atSecond, () => trouble.happen(mishap, ids));

  const calmFrom = Math.max(0, ...endsOf(history));
  let broken: Broken | undefined;
  try {
    let until = Number.POSITIVE_INFINITY;
    await scheduler.run(Number.POSITIVE_INFINITY, () => {
      watch.look();
      if (busy > 0 || cloud.second < calmFrom || !watch.over()) {
        if (busy === 0 && cloud.second >= calmFrom && until === Number.POSITIVE_INFINITY)
          until = scheduler.now + patienceMs;
        return scheduler.now >= until ? 'done' : 'go on';
      }
      return 'done';
    });
    watch.end();
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    broken = error;
    cloud.story.tell(() => `BROKEN: "${error.invariant.name}" (${error.invariant.says}) ${error.message}`);
  }
  return {
    broken,
    events: scheduler.steps,
    invocations: cloud.lambda.invocations,
    faults: cloud.fates.happened,
    granted: watch.granted,
    killed: [...cloud.twins.kills.orders.values()].filter(({ doneAt }) => doneAt !== undefined).length,
    closed: [...cloud.twins.records.requests.values()].filter(isEndedByTicket).length,
    swept: cloud.swept,
    latestMs: watch.latestMs,
    story: cloud.story.lines,
  };
}

const isEndedByTicket = ({ endRequested, history }: AccessRequest) =>
  (endRequested?.by ?? history.at(-1)?.by)?.startsWith('ticket:') === true;

/** Seconds at which parts of the weather and of the mishaps end. */
function endsOf({ weather, mishaps }: History): number[] {
  return [...weather.outages, ...weather.storms]
    .map(({ fromSecond, seconds }) => fromSecond + seconds)
    .concat(mishaps.map((mishap) => mishap.atSecond + ('seconds' in mishap ? mishap.seconds : 0)));
}
