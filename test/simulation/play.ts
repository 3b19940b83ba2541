/** Plays one history from its beginning until all is quiet, and looks at every invariant after every step. */
import { Cloud, start } from './cloud/cloud.ts';
import type { Called } from './cloud/fate.ts';
import { evidenceFirst, grantedToThem, kept, notBefore, outOnTime, withAYes } from './invariants/access.ts';
import { Evidence } from './invariants/evidence.ts';
import { Broken, type Invariant, type Seen } from './invariants/invariant.ts';
import { observe, type Right } from './invariants/observe.ts';
import { finals, InOrder, nothingLeft, onlyOurs, overIsOver } from './invariants/record.ts';
import { catalogs } from './people/cast.ts';
import { Deeds } from './people/deeds.ts';
import type { Ask, History } from './people/history.ts';
import { Mishaps } from './people/mishaps.ts';
import { People } from './people/people.ts';

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
  /** Longest that a right was seen past its expiry, in milliseconds of virtual time. */
  latestMs: { faultless: number; faulty: number };
  story: readonly string[];
}

export interface Listening {
  told?: boolean;
  /** Told of each call before it travels. */
  onCall?: (call: Called, cloud: Cloud) => void;
}

export async function play(history: History, { told = false, onCall }: Listening = {}): Promise<Outcome> {
  const { seed, weather, asks, mishaps } = history;
  const cloud = new Cloud({ seed, weather, catalog: catalogs.usual, told });
  if (onCall) cloud.fates.onCall = (call) => onCall(call, cloud);
  const deeds = new Deeds();
  const people = new People(cloud, deeds);
  const trouble = new Mishaps(cloud, deeds);
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

  const goOn = (id: string | undefined, ask: Pick<Ask, 'who' | 'answers' | 'sequels'>, seconds: number) => {
    if (id === undefined) return;
    ids.push(id);
    for (const { afterSeconds, by, ...answer } of ask.answers)
      later(afterSeconds, () => people.review(by, id, answer));
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
    latestMs: watch.latestMs,
    story: cloud.story.lines,
  };
}

/** Seconds at which parts of the weather and of the mishaps end. */
function endsOf({ weather, mishaps }: History): number[] {
  return [...weather.outages, ...weather.storms]
    .map(({ fromSecond, seconds }) => fromSecond + seconds)
    .concat(mishaps.map((mishap) => mishap.atSecond + ('seconds' in mishap ? mishap.seconds : 0)));
}

const atAnyTime: Invariant[] = [outOnTime];
const whenAccessChanges: Invariant[] = [grantedToThem, notBefore, withAYes, evidenceFirst, kept, onlyOurs];

/** What lands there can change who may do what. */
const accessPoints = [
  'cluster.createRoleBinding',
  'cluster.deleteRoleBinding',
  'entries.create',
  'entries.delete',
  'by hand',
];

class Watch {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  readonly #mishaps: Mishaps;
  readonly #history: History;
  readonly #evidence: Evidence;
  readonly #inOrder = new InOrder();
  #rights: Right[] = [];
  #changed = { access: true, record: true };
  granted = 0;
  readonly latestMs = { faultless: 0, faulty: 0 };

  constructor(cloud: Cloud, deeds: Deeds, mishaps: Mishaps, history: History) {
    this.#cloud = cloud;
    this.#deeds = deeds;
    this.#mishaps = mishaps;
    this.#history = history;
    this.#evidence = new Evidence(cloud.twins.auditSink);
    cloud.onLanded = (point) => {
      if (accessPoints.includes(point)) this.#changed.access = true;
      else if (point === 'records.commit') this.#changed.record = true;
    };
  }

  look(): void {
    const { access, record } = this.#changed;
    if (access) {
      const rights = observe(this.#cloud);
      this.granted += rights.filter(({ uid }) => !this.#rights.some((before) => before.uid === uid)).length;
      this.#rights = rights;
    }
    if (!access && !record && this.#rights.length === 0) return;
    this.#changed = { access: false, record: false };
    const seen = this.#seen();
    this.#measure(seen);
    if (record) this.#check(seen, [this.#inOrder]);
    if (access || record) this.#check(seen, [...whenAccessChanges, overIsOver]);
    this.#check(seen, atAnyTime);
  }

  /** Whether nothing is left to do. */
  over(): boolean {
    const { records, auditSink } = this.#cloud.twins;
    for (const { status } of records.requests.values()) if (!finals.includes(status)) return false;
    let written = 0;
    for (const log of records.stored.values()) written += log.length;
    return auditSink.objects.size === written && nothingLeft.breach(this.#seen()) === undefined;
  }

  end(): void {
    this.#check(this.#seen(), [nothingLeft]);
  }

  #seen(): Seen {
    const { cloud } = { cloud: this.#cloud };
    const { skewMs } = this.#history.weather;
    const { happened } = cloud.fates;
    return {
      cloud,
      now: cloud.scheduler.now,
      rights: this.#rights,
      evidence: this.#evidence,
      deeds: this.#deeds,
      mishaps: this.#mishaps,
      faultless: happened === 0 && skewMs === 0,
      lastFault: start + cloud.fates.lastFault(cloud.second) * 1000,
      skewMs,
    };
  }

  #measure({ now, rights, evidence, faultless }: Seen): void {
    for (const { binding } of rights) {
      const id = binding.slice(binding.indexOf('/curfew-') + 8).toUpperCase();
      const grant = evidence.all.get(id)?.grant;
      if (!grant) continue;
      const late = now - Date.parse(grant.expiresAt);
      const kind = faultless ? 'faultless' : 'faulty';
      if (late > this.latestMs[kind]) this.latestMs[kind] = late;
    }
  }

  #check(seen: Seen, invariants: readonly Invariant[]): void {
    for (const invariant of invariants) {
      const words = invariant.breach(seen);
      if (words !== undefined) throw new Broken(invariant, words);
    }
  }
}
