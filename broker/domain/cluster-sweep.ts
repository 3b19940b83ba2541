/** ClusterSweep: one piece of work for SweepCluster. Small, so that it can be handed on when time runs out. */
import { sha256Hex } from './digest.ts';
import { clusterName, type EksCluster } from './eks-cluster.ts';
import { after, type Instant, instantOf } from './instant.ts';
import type { LiveGrant } from './live-grant.ts';

export interface ClusterSweep {
  v: 1;
  cluster: EksCluster;
  /** When it was asked for or handed on. */
  at: Instant;
  /** Grants that end in this span are ended together, each at its instant. Absent: all that stands is looked at. */
  ending?: Span;
  /** Where an earlier call stopped. */
  from?: { part: 'bindings' | 'roles' | 'entries'; cursor?: string; after?: string };
}

/** `from` belongs to it, `before` does not. */
export interface Span {
  from: Instant;
  before: Instant;
}

/** Work that waited longer than this is dropped: the next sweep has begun it anew. */
export const staleMs = 4 * 60_000;

/** Minutes between two looks at the same cluster. */
const everyMinutes = 5;

/** Counts the minutes, and so the calls of the sweep. */
export const minuteOf = (now: Instant): number => Math.floor(Date.parse(now) / 60_000);

/** Each cluster has its minute of five, so that they are not all looked at in the same one. */
export function isItsMinute(cluster: EksCluster, now: Instant): boolean {
  const offset = Number.parseInt(sha256Hex(clusterName(cluster)).slice(0, 8), 16);
  return (minuteOf(now) + offset) % everyMinutes === 0;
}

/** Counts the looks at a cluster: what is too much for one is taken in turns by it. */
export const turnOf = (now: Instant): number => Math.floor(minuteOf(now) / everyMinutes);

/** `most` of a list, going round turn by turn until all had theirs. */
export function inTurn<T>(list: readonly T[], most: number, turn: number): T[] {
  const windows = Math.ceil(list.length / most);
  const start = windows === 0 ? 0 : (turn % windows) * most;
  return list.slice(start, start + most);
}

const spanMs = 10_000;
/** More ends of one cluster in one span than functions that may end grants one by one should get. */
const crowd = 20;
/** Enough to call the functions that end a crowd, cold at times, and for them to be ready. */
const leadMs = 30_000;

/**
 * Ends that the sweep of this instant has to prepare, in whole spans. Counted from the sweep and not by the clock's minute,
 * in which it may come at any second: an end must lie ahead of the sweep that prepares it. The last span is the first of the
 * next sweep too, which may come some seconds late; twice prepared does no harm.
 */
export function endsToPrepare(now: Instant): Span {
  const from = instantOf(Math.floor((Date.parse(now) + leadMs) / spanMs) * spanMs);
  return { from, before: after(from, 60_000 + spanMs) };
}

/** The spans of each cluster in which so many grants end that they have to be ended together. */
export function crowdsOf(
  live: readonly LiveGrant[],
  { from, before }: Span,
): Required<Pick<ClusterSweep, 'cluster' | 'ending'>>[] {
  const spans = new Map<string, { cluster: EksCluster; ending: Span; ends: number }>();
  for (const { status, eksCluster: cluster, expiresAt } of live) {
    if (status !== 'active' || expiresAt < from || expiresAt >= before) continue;
    const start = instantOf(Math.floor(Date.parse(expiresAt) / spanMs) * spanMs);
    const key = `${clusterName(cluster)} ${start}`;
    const span = spans.get(key) ?? {
      cluster,
      ending: { from: start, before: after(start, spanMs) },
      ends: 0,
    };
    spans.set(key, { ...span, ends: span.ends + 1 });
  }
  return [...spans.values()].filter(({ ends }) => ends > crowd).map(({ ends: _, ...span }) => span);
}
