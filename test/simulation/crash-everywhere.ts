/** Stories of which every call is broken in every way: recorded by playing them once, so that new calls are covered by themselves. */
import { type Called, calm, type Fate, type Strike } from './cloud/fate.ts';
import type { Answer, Ask, History, Sequel } from './people/history.ts';
import { type Outcome, play } from './play.ts';

/** Not done, done but unanswered, done twice, and the function gone there before or after it was done. */
export const breaks = [
  'before',
  'after',
  'twice',
  'crash-before',
  'crash-after',
] as const satisfies readonly Fate[];

/** Who drives on from the first fault: the executions' retries; the sweep, told that they were stopped; or the sweep, told nothing. */
export const drivers = ['retry', 'stopped', 'sweep only'] as const;
export type Driver = (typeof drivers)[number];

const yes: Answer = { afterSeconds: 2, by: 'rita', answer: 'approve', via: 'mail', digest: 'shown' };

function ask(changes: Partial<Ask>): Ask {
  const usual = {
    atSecond: 1,
    who: 'alice',
    role: 'pod-reader',
    namespaces: ['payments'],
    seconds: 20,
  } as const;
  return { ...usual, namespaces: [...usual.namespaces], answers: [yes], sequels: [], ...changes };
}

const then = (what: Sequel['what'], afterSeconds: number, by: Sequel['by'] = 'alice'): Sequel[] => [
  { what, afterSeconds, by },
];
const history = (...asks: Ask[]): History => ({ seed: 4, asks, mishaps: [], weather: calm });

/** Between them they call everything that every operation calls. */
export const stories: Record<string, History> = {
  'a grant that ends on time': history(ask({})),
  'one that its requester ends early': history(ask({ seconds: 60, sequels: then('end', 20) })),
  'one that two people sign for': history(
    ask({ role: 'deployer', answers: [yes, { ...yes, afterSeconds: 4, by: 'rob', via: 'signed' }] }),
  ),
  'one that is taken by break-glass, and looked back at': history(
    ask({ role: 'deployer', breakGlass: true }),
  ),
  'one that is for one task': history(
    ask({ allow: ['get,list pods', 'get pods/log web'], namespaces: ['checkout', 'payments'] }),
  ),
  "one of a role that isn't Curfew's": history(ask({ role: 'viewer' })),
  'one of a role that comes to allow more': {
    ...history(ask({ role: 'viewer', seconds: 900 })),
    mishaps: [{ what: 'widen a role', atSecond: 20, seconds: 1_000 }],
  },
  'one that is denied': history(ask({ answers: [{ ...yes, answer: 'deny' }] })),
  'one that is withdrawn': history(ask({ answers: [], sequels: then('withdraw', 4) })),
  'one that starts later': history(ask({ startsInSeconds: 15 })),
  'one that is extended': history(ask({ seconds: 60, sequels: then('extend', 12) })),
  'one that is ended when its extension is open already': history(
    ask({ seconds: 60, sequels: [...then('extend', 12), ...then('end', 45)] }),
  ),
  'one that nobody answers': history(ask({ answers: [] })),
  'one that a kill order ends': {
    ...history(ask({ seconds: 100 })),
    kills: [{ atSecond: 12, by: 'pat', target: { kind: 'person', of: 'alice' }, liftAfterSeconds: 60 }],
  },
  'one that the sweep of its cluster ends': {
    ...history(ask({ seconds: 900 })),
    mishaps: [{ what: 'add a subject', atSecond: 12, of: 0 }],
  },
};

/** Two grants of one principal that overlap, in each of the ways in which their ends can lie. */
export const overlapping = history(
  ask({ seconds: 16 }),
  ask({ who: 'bob', atSecond: 4, seconds: 30, sequels: then('end', 20, 'bob') }),
);

/** All calls of a history, in order. */
export async function callsOf(story: History): Promise<Called[]> {
  const calls: Called[] = [];
  await play(story, { onCall: (call) => void calls.push(call) });
  return calls;
}

/** Changes something outside of the function that calls. */
export const changes = ({ point }: Called): boolean =>
  /^(records\.commit|ledger\.(hold|release|move)|entries\.(create|delete)|cluster\.(create|delete)|executions\.(start|succeed|fail)|clusterLeg)/.test(
    point,
  );

export function struck(story: History, strikes: Strike[]): History {
  return { ...story, weather: { ...story.weather, strikes } };
}

/** The story with its faults. Tells the calls if asked. */
export function broken(
  story: History,
  strikes: Strike[],
  driver: Driver,
  calls?: Called[],
): Promise<Outcome> {
  let down = driver === 'retry';
  return play(struck(story, strikes), {
    onCall: (call, cloud) => {
      calls?.push(call);
      if (down || call.fate === undefined) return;
      down = true;
      cloud.fates.begin(cloud.second)(cloud.second);
      const { stepFunctions, scheduler } = cloud;
      scheduler.in(0, () => (driver === 'stopped' ? stepFunctions.stopAll() : stepFunctions.breakDown()));
    },
  });
}
