/** Looks at what has changed after every step of a history, and asks of each invariant that it may concern. */
import { byHand, type Cloud, rbacPoint, start } from '../cloud/cloud.ts';
import type { Deeds } from '../people/deeds.ts';
import type { History } from '../people/history.ts';
import type { Mishaps } from '../people/mishaps.ts';
import { evidenceFirst, grantedToThem, kept, notBefore, outOnTime, rolesGo, withAYes } from './access.ts';
import { lookedBackByOthers, noneWhileOverdue, staysOpen, toldInTheEnd } from './after-review.ts';
import { AsApproved } from './as-approved.ts';
import { Evidence } from './evidence.ts';
import { nothingMore, startsOnTime } from './handover.ts';
import { Broken, type Invariant, type Seen } from './invariant.ts';
import { DoneIsDone, killedSoon, NothingStarts, onlyItsScope } from './kill.ts';
import { observe, type Right } from './observe.ts';
import {
  asPredicted,
  finals,
  InOrder,
  noSurprise,
  nothingLeft,
  onlyOurs,
  overIsOver,
  wholeChains,
} from './record.ts';
import { closedEnds, closedIsOver, noneOnClosed, onlyItsTicket } from './tickets.ts';

const accessPoints = [
  'cluster.createRoleBinding',
  'cluster.deleteRoleBinding',
  'cluster.createRole',
  'cluster.deleteRole',
  'entries.create',
  'entries.delete',
  byHand,
  rbacPoint,
];
const recordPoints = ['records.commit', 'kills.save'];

export class Watch {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  readonly #mishaps: Mishaps;
  readonly #skewMs: number;
  readonly #evidence: Evidence;
  readonly #whenRecordChanges: Invariant[] = [
    ...[new InOrder(), new DoneIsDone(), onlyItsScope],
    ...[staysOpen, lookedBackByOthers, noneWhileOverdue],
    ...[onlyItsTicket, noneOnClosed],
  ];
  readonly #atAnyTime: Invariant[];
  readonly #whenAnythingChanges: Invariant[] = [
    grantedToThem,
    notBefore,
    withAYes,
    evidenceFirst,
    kept,
    onlyOurs,
    nothingMore,
    new NothingStarts(),
    overIsOver,
  ];
  /** Whether somebody may get access later, which has to be seen to come. */
  readonly #awaited: boolean;
  #rights: Right[] = [];
  #changed = { access: true, record: true };
  granted = 0;
  readonly latestMs = { faultless: 0, faulty: 0 };

  constructor(cloud: Cloud, deeds: Deeds, mishaps: Mishaps, { asks, weather }: History) {
    this.#cloud = cloud;
    this.#deeds = deeds;
    this.#mishaps = mishaps;
    this.#skewMs = weather.skewMs;
    this.#awaited = asks.some(
      ({ startsInSeconds, sequels }) =>
        startsInSeconds !== undefined || sequels.some(({ what }) => what === 'extend'),
    );
    this.#atAnyTime = [outOnTime, rolesGo, killedSoon, closedEnds, closedIsOver, new AsApproved(weather)];
    this.#evidence = new Evidence(cloud.twins.auditSink);
    cloud.onLanded = (point) => {
      if (accessPoints.includes(point)) this.#changed.access = true;
      else if (recordPoints.includes(point)) this.#changed.record = true;
    };
  }

  look(): void {
    const { stepFunctions, lambda } = this.#cloud;
    if (stepFunctions.astray !== undefined || lambda.surprise !== undefined)
      this.#check(this.#seen(), [asPredicted, noSurprise]);
    const { access, record } = this.#changed;
    if (access) {
      const rights = observe(this.#cloud);
      this.granted += rights.filter(({ uid }) => !this.#rights.some((before) => before.uid === uid)).length;
      this.#rights = rights;
    }
    const isAwaited = this.#awaited && this.#cloud.fates.happened === 0;
    if (!access && !record && !isAwaited && this.#rights.length === 0) return;
    this.#changed = { access: false, record: false };
    const seen = this.#seen();
    this.#measure(seen);
    if (record) this.#check(seen, this.#whenRecordChanges);
    if (access || record) this.#check(seen, this.#whenAnythingChanges);
    this.#check(seen, this.#atAnyTime);
    if (isAwaited) this.#check(seen, [startsOnTime]);
  }

  /** Whether nothing is left to do. */
  over(): boolean {
    const { records, auditSink } = this.#cloud.twins;
    for (const { status } of records.requests.values()) if (!finals.includes(status)) return false;
    let written = 0;
    for (const log of records.stored.values()) written += log.length;
    const quiet = [nothingLeft, toldInTheEnd].every(({ breach }) => breach(this.#seen()) === undefined);
    return auditSink.events.length === written && quiet;
  }

  end(): void {
    this.#check(this.#seen(), [nothingLeft, wholeChains, toldInTheEnd]);
  }

  #seen(): Seen {
    const cloud = this.#cloud;
    const { happened } = cloud.fates;
    return {
      cloud,
      now: cloud.scheduler.now,
      rights: this.#rights,
      evidence: this.#evidence,
      deeds: this.#deeds,
      mishaps: this.#mishaps,
      faultless: happened === 0 && this.#skewMs === 0,
      lastFault: start + cloud.fates.lastFault(cloud.second) * 1000,
      skewMs: this.#skewMs,
    };
  }

  #measure({ now, rights, evidence, faultless }: Seen): void {
    for (const { binding, requestId } of rights) {
      const expires = evidence.all.get(requestId)?.expires;
      if (expires === undefined || this.#deeds.spoiled('binding', binding)) continue;
      const late = now - expires;
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
