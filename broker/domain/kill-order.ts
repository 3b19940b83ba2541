/** KillOrder: an operator's order to end all live grants of a scope and to let none of it begin, until it is lifted. */
import {
  type AnyEvent,
  type AuditEvent,
  chain,
  chainStart,
  type EventType,
  type KillStatus,
} from './audit-event.ts';
import { after, type Instant } from './instant.ts';
import type { KillScope } from './kill-scope.ts';
import { bindWindowMs } from './transitions/open.ts';

/** What one pass saw and did on one cluster. */
export interface ClusterPass {
  /** `<region>/<name in EKS>`. */
  cluster: string;
  /** Grants, and RoleBindings without one, that were live when the pass came to them. */
  found: number;
  /** Those of them that were proven gone. */
  ended: number;
  /** RoleBindings with our mark and without a live record that were deleted, some of them, as `namespace/name`. */
  orphans?: string[];
  /** Why something may stand yet, in words; absent where all was looked at and all that was found is gone. */
  problem?: string;
}

export interface KillPass {
  begunAt: Instant;
  /** Absent while it runs, and for ever where its function died. */
  endedAt?: Instant;
  /** Approved and scheduled requests that were denied. */
  denied: number;
  clusters: ClusterPass[];
  /** Why what is approved, or which clusters have grants, could not be read. */
  problem?: string;
}

export interface KillOrder {
  schema: 1;
  /** ULID. */
  id: string;
  /** Counts writes; every save is conditional on the one it read. */
  version: number;
  scope: KillScope;
  by: string;
  reason: string;
  at: Instant;
  updatedAt: Instant;
  /** The latest ones, in the order in which they began. */
  passes: KillPass[];
  /** How many passes have ended. */
  passed: number;
  /** How many were ended by all passes together. */
  ended: number;
  /** When the first pass began: nothing of the scope was opened after it. */
  drivenSince?: Instant;
  /** When it was proven that nothing of the scope is live any more. */
  doneAt?: Instant;
  lifted?: { at: Instant; by: string; reason: string };
  audit: { seq: number; hash: string };
}

export interface OrderAdvanced {
  order: KillOrder;
  events: AuditEvent<KillStatus>[];
}

/** What the records of those that it ends say. */
export const endRequestOf = ({ by, reason, id }: Pick<KillOrder, 'by' | 'reason' | 'id'>) => ({
  by,
  reason: `${reason} (kill switch ${id})`,
});

const keptPasses = 5;
/** For clocks of functions that differ. */
const marginMs = 5_000;

/** Whether passes have to go on. */
export const isDriven = ({ lifted, doneAt }: Pick<KillOrder, 'lifted' | 'doneAt'>): boolean =>
  lifted === undefined && doneAt === undefined;

export function killStatus(order: Pick<KillOrder, 'lifted' | 'doneAt'>): KillStatus {
  if (order.lifted) return 'lifted';
  return order.doneAt ? 'killed' : 'killing';
}

/**
 * Nothing that was opened before the order can appear on a cluster after this instant: the order was on when its first
 * pass began, and what was opened until then had at most the bind window left.
 */
export function settledAt({ drivenSince }: KillOrder): Instant | undefined {
  return drivenSince && after(drivenSince, bindWindowMs + marginMs);
}

export function newOrder(given: Pick<KillOrder, 'id' | 'scope' | 'by' | 'reason' | 'at'>): OrderAdvanced {
  const { id, scope, by, reason, at } = given;
  const event = chain({ seq: 0, hash: chainStart }, id, 'killing', {
    at,
    type: 'kill-ordered',
    actor: by,
    facts: { reason, scope },
  });
  const audit = { seq: event.seq, hash: event.hash };
  const order: KillOrder = {
    schema: 1,
    ...given,
    version: 1,
    updatedAt: at,
    passes: [],
    passed: 0,
    ended: 0,
    audit,
  };
  return { order, events: [event] };
}

const actor = 'curfew:KillGrants';

/** The pass as it stands, begun, going on or ended; nothing of an order that needs no more. Passes are told apart by their beginning. */
export function passing(before: KillOrder, pass: KillPass, at: Instant): OrderAdvanced | undefined {
  if (!isDriven(before)) return undefined;
  const known = before.passes.find(({ begunAt }) => begunAt === pass.begunAt);
  if (known?.endedAt) return undefined;
  const passes = [...before.passes.filter((one) => one !== known), pass]
    .sort((a, b) => (a.begunAt < b.begunAt ? -1 : 1))
    .slice(-keptPasses);
  const drivenSince = before.drivenSince ?? pass.begunAt;
  const next: KillOrder = { ...before, version: before.version + 1, updatedAt: at, passes, drivenSince };
  if (!pass.endedAt) return { order: next, events: [] };
  const figures = figuresOf(pass);
  const counted = {
    ...next,
    passed: before.passed + 1,
    ended: before.ended + figures.ended + figures.denied,
  };
  const last = before.passes.findLast(({ endedAt }) => endedAt !== undefined);
  // A pass that saw what the one before it saw is no news: an order that can't be finished must not fill the table.
  const news = !last || JSON.stringify(figuresOf(last)) !== JSON.stringify(figures);
  const orphans = pass.clusters.flatMap(({ cluster, orphans = [] }) =>
    orphans.map((name) => `${cluster}/${name}`),
  );
  const facts = {
    reason: passInWords(pass),
    begunAt: pass.begunAt,
    ...figures,
    ...(orphans.length === 0 ? {} : { orphans }),
  };
  const passed = news
    ? withEvent(counted, { at, type: 'kill-passed', actor, facts })
    : { order: counted, events: [] };
  if (!isProven(passed.order)) return passed;
  const done = withEvent(
    { ...passed.order, doneAt: at },
    {
      at,
      type: 'kill-done',
      actor,
      facts: { reason: 'two passes in a row found nothing', passed: counted.passed, ended: counted.ended },
    },
  );
  return { order: done.order, events: [...passed.events, ...done.events] };
}

/** Undefined where it is lifted already. */
export function lift(
  before: KillOrder,
  { by, reason }: { by: string; reason: string },
  at: Instant,
): OrderAdvanced | undefined {
  if (before.lifted) return undefined;
  const lifted = { ...before, version: before.version + 1, updatedAt: at, lifted: { at, by, reason } };
  return withEvent(lifted, {
    at,
    type: 'kill-lifted',
    actor: by,
    facts: { reason, done: before.doneAt !== undefined },
  });
}

function withEvent(
  order: KillOrder,
  event: { at: Instant; type: EventType; actor: string; facts: AnyEvent['facts'] },
): OrderAdvanced {
  const made = chain(order.audit, order.id, killStatus(order), event);
  return { order: { ...order, audit: { seq: made.seq, hash: made.hash } }, events: [made] };
}

export interface Figures {
  found: number;
  ended: number;
  denied: number;
  /** Clusters and reads that failed. */
  problems: number;
}

export function figuresOf({ clusters, denied, problem }: KillPass): Figures {
  const sum = (of: 'found' | 'ended') => clusters.reduce((total, one) => total + one[of], 0);
  const problems =
    clusters.filter((one) => one.problem !== undefined).length + (problem === undefined ? 0 : 1);
  return { found: sum('found'), ended: sum('ended'), denied, problems };
}

/** Looked at everything, and there was nothing. */
export function isClean(pass: KillPass): boolean {
  const { found, denied, problems } = figuresOf(pass);
  return pass.endedAt !== undefined && found === 0 && denied === 0 && problems === 0;
}

/** Two passes in a row, one after the other, found nothing, and both began when nothing could appear any more. */
function isProven(order: KillOrder): boolean {
  const settled = settledAt(order);
  const [first, second] = order.passes.slice(-2);
  return (
    settled !== undefined &&
    first?.endedAt !== undefined &&
    second !== undefined &&
    isClean(first) &&
    isClean(second) &&
    first.begunAt >= settled &&
    second.begunAt >= first.endedAt
  );
}

function passInWords(pass: KillPass): string {
  const { found, ended, denied, problems } = figuresOf(pass);
  if (isClean(pass)) return 'nothing found';
  const parts = [
    `${ended} of ${found} ended`,
    ...(denied > 0 ? [`${denied} requests denied`] : []),
    ...(problems > 0 ? [`${problems} problems`] : []),
  ];
  return parts.join(', ');
}
