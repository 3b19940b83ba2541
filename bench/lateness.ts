/** How late access ends: from `expiresAt` to the delete, to the first refusal, and to the proof on record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { bindingName } from '#domain/request.ts';
import type { RequestView } from '#http/request-view.ts';
import type { LocalCloud } from '#local/cloud.ts';
import type { AdminClient } from './admin-client.ts';
import { adminClient } from './admin-client.ts';
import { type Asker, aReviewer, ask, someAskers, untilStatus } from './askers.ts';
import { type Bare, bareDeletes } from './bare-delete.ts';
import type { Bench } from './bench.ts';
import { spreadTable } from './spread.ts';

/** Seconds that one of the staggered grants lasts. */
const staggeredLasts = 45;
const staggerMs = 1_500;
/** From the last start of a crowd to its end: long enough for the sweep to see a crowd coming. */
const crowdHolds = 120;
const crowdStartsAfterMs = 10_000;

/** One grant's end; milliseconds after `expiresAt`, negative for early. */
interface End {
  /** The API server has written the delete down as done: audit log, stage ResponseComplete. */
  deleted: number;
  /** RBAC is first seen to refuse, by a SubjectAccessReview. */
  refused: number;
  /** `unboundAt` of the record: the function has read that it is gone. */
  proven: number;
}

interface Live {
  asker: Asker;
  id: string;
}

export const lateness: Bench = {
  measures: 'how late access ends: single grants one after the other, and a crowd in the same instant',
  options: {
    grants: { means: 'grants that end one after the other', value: 50 },
    crowd: { means: 'grants that end in the same instant', value: 30 },
  },
  async run({ cloud: started, progress, values: { grants = 0, crowd = 0 } }) {
    const cloud = await started();
    const admin = await adminClient(cloud.cluster, 4);
    try {
      const askers = await someAskers(cloud, Math.max(grants, crowd));
      const bare = await progress.step('Bare deletes, first half', () => bareDeletes(admin, 50));
      const single = await progress.step(`${grants} grants, one after the other`, () =>
        staggered(cloud, admin, askers.slice(0, grants)),
      );
      const together = await progress.step(`A crowd of ${crowd}`, () =>
        inOneInstant(cloud, admin, askers.slice(0, crowd)),
      );
      const more = await progress.step('Bare deletes, second half', () => bareDeletes(admin, 50));
      return report(bare, more, [
        ['one after the other', single],
        [`${crowd} in the same instant`, together],
      ]);
    } finally {
      await admin.close();
    }
  },
};

async function staggered(cloud: LocalCloud, admin: AdminClient, askers: readonly Asker[]): Promise<End[]> {
  const reviewer = await aReviewer(cloud);
  const ends = askers.map(async (asker, i) => {
    await sleep(i * staggerMs);
    const { id } = await ask(asker, reviewer, {
      cluster: cloud.cluster.name,
      role: i % 2 === 0 ? 'network-viewer' : 'pod-reader',
      duration: `${staggeredLasts}s`,
    });
    return watchEnd(admin, { asker, id });
  });
  return measured(cloud, await Promise.all(ends));
}

/** Starts a second apart, each as much shorter as it starts later: their ends are the same to the millisecond. */
async function inOneInstant(cloud: LocalCloud, admin: AdminClient, askers: readonly Asker[]): Promise<End[]> {
  const reviewer = await aReviewer(cloud);
  const lasts = askers.length + crowdHolds;
  const first = Math.ceil((Date.now() + crowdStartsAfterMs) / 1000) * 1000;
  const ends = askers.map(async (asker, i) => {
    await sleep(i * 100);
    const { id } = await ask(asker, reviewer, {
      cluster: cloud.cluster.name,
      role: 'network-viewer',
      duration: `${lasts - i}s`,
      startsAt: new Date(first + i * 1000).toISOString(),
    });
    return watchEnd(admin, { asker, id });
  });
  return measured(cloud, await Promise.all(ends));
}

interface Watched extends Live {
  /** Milliseconds since 1970, to the fraction of one. */
  refusedAt: number;
}

const opensWithinMs = 3_000;
const lookBeforeMs = 150;
const lookEveryMs = 4;
const longestMs = 180_000;

/** Undefined for one that was never granted: on a busy machine the function that binds may need longer than it has. */
async function watchEnd(admin: AdminClient, live: Live): Promise<Watched | undefined> {
  // By then it is in force, unless the machine is very busy.
  await sleep(opensWithinMs);
  const { status, subject, grant } = await untilStatus(live.asker, live.id, 'active');
  if (status !== 'active' || subject.kind === 'unclaimed') return undefined;
  const expiresAt = Date.parse(grant?.expiresAt ?? '');
  await sleep(Math.max(0, expiresAt - lookBeforeMs - Date.now()));
  while (await admin.mayListServices(subject.kubernetes, 'payments')) {
    if (Date.now() > expiresAt + longestMs)
      throw new Error(`Request ${live.id} still gives access ${longestMs / 1000} s after its end.`);
    await sleep(lookEveryMs);
  }
  return { ...live, refusedAt: performance.timeOrigin + performance.now() };
}

async function measured(cloud: LocalCloud, ends: readonly (Watched | undefined)[]): Promise<End[]> {
  const watched = ends.filter((one) => one !== undefined);
  const records: RequestView[] = [];
  for (const { asker, id } of watched) records.push(await untilStatus(asker, id, 'revoked'));
  const deletes = new Map<string, number>();
  for (const {
    stage,
    verb,
    objectRef,
    responseStatus,
    stageTimestamp,
  } of await cloud.cluster.auditEvents()) {
    if (stage === 'ResponseComplete' && verb === 'delete' && responseStatus?.code === 200)
      if (objectRef?.resource === 'rolebindings')
        deletes.set(objectRef.name ?? '', preciseMs(stageTimestamp));
  }
  return watched.map(({ id, refusedAt }, i) => endOf(id, records[i], refusedAt, deletes));
}

function endOf(
  id: string,
  record: RequestView | undefined,
  refusedAt: number,
  deletes: ReadonlyMap<string, number>,
): End {
  const deletedAt = deletes.get(bindingName(id));
  const { expiresAt, unboundAt } = record?.grant ?? {};
  if (deletedAt === undefined || expiresAt === undefined || unboundAt === undefined)
    throw new Error(`The end of request ${id} can not be told: see the audit log and the record.`);
  const end = Date.parse(expiresAt);
  return { deleted: deletedAt - end, refused: refusedAt - end, proven: Date.parse(unboundAt) - end };
}

/** The audit log tells microseconds, which Date.parse cuts off. */
function preciseMs(timestamp: string): number {
  const micros = /\.\d{3}(\d+)Z$/.exec(timestamp)?.[1];
  return Date.parse(timestamp) + (micros === undefined ? 0 : Number(`0.${micros}`));
}

function report(before: Bare, after: Bare, groups: readonly [name: string, ends: readonly End[]][]): string {
  const deleteAndGet = [...before.deleteAndGet, ...after.deleteAndGet];
  const untilRefused = [...before.untilRefused, ...after.untilRefused];
  const measures = groups
    .filter(([, ends]) => ends.length > 0)
    .flatMap(([name, ends]) => [
      { name: `${name}: deleted`, values: ends.map((end) => end.deleted), reference: deleteAndGet },
      { name: `${name}: first refused`, values: ends.map((end) => end.refused), reference: untilRefused },
      { name: `${name}: proven, on record`, values: ends.map((end) => end.proven), reference: deleteAndGet },
    ]);
  return spreadTable('after expiresAt', [
    { name: 'bare DELETE + GET', values: deleteAndGet },
    { name: 'bare DELETE until first refused', values: untilRefused },
    ...measures,
  ]);
}
