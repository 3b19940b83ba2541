/** Kill orders: nothing of their scope starts while they are on, it is gone soon, and "done" is said when nothing stands. */
import { callerKey, subjectOf } from '#domain/identity.ts';
import type { KillOrder } from '#domain/kill-order.ts';
import { mayStand } from '#domain/lifecycle.ts';
import { marks } from '#domain/role-binding.ts';
import { callers, type Name, names } from '../people/cast.ts';
import { isFor, type KillDeed } from '../people/deeds.ts';
import type { KillTarget } from '../people/history.ts';
import { describe, foreign, healedMs, sweepMs } from './access.ts';
import { isExcused } from './by-hand.ts';
import type { Invariant, Seen } from './invariant.ts';

/** What was opened before an order can still be bound for so long; a moment more until it has its effect. */
const bindableMs = 31_000;
/** Without faults: until KillGrants runs and its first pass has been everywhere. */
const passMs = 15_000;
/** An order that nobody drives is left alone for so long. */
const silentMs = 90_000;

const nameOf = (key: string): Name | undefined => names.find((name) => callerKey(callers[name]) === key);

const isOn = ({ at, liftAskedAt }: KillDeed, from: number, now: number): boolean =>
  now > at + from && (liftAskedAt === undefined || now < liftAskedAt);

/** Looks at each right when it is first seen. */
export class NothingStarts implements Invariant {
  readonly name = 'nothing starts under a kill switch';
  readonly says =
    'While a kill switch covers somebody, they are given no new right, and no grant of theirs is opened.';
  readonly #seen = new Set<string>();

  breach(seen: Seen): string | undefined {
    const { deeds, now, skewMs, rights, evidence } = seen;
    for (const right of rights) {
      const key = `${right.who} ${right.uid}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const kill = deeds.kills.find(
        (deed) => isOn(deed, bindableMs + skewMs, now) && isFor(deed.target, right.who, right.cluster),
      );
      if (kill && !foreign(seen, right) && !isExcused(seen, right))
        return `${describe(right)}, which began under the kill order ${kill.id}`;
    }
    if (deeds.kills.length === 0) return undefined;
    for (const { id, actor, asked, grant } of evidence.all.values()) {
      const who = nameOf(actor);
      if (!grant || !who) continue;
      const opened = Date.parse(grant.openedAt);
      const kill = deeds.kills.find(
        (deed) =>
          isOn(deed, skewMs, opened + bindableMs) &&
          opened > deed.at + skewMs &&
          isFor(deed.target, who, asked.cluster),
      );
      if (kill) return `grant ${id} was opened under the kill order ${kill.id}`;
    }
    return undefined;
  }
}

export const killedSoon: Invariant = {
  name: 'killed soon',
  says: 'What a kill order covers is gone when nothing that was opened before can appear any more, or soon after the last fault.',
  breach: (seen) => {
    const { deeds, now, skewMs, faultless, lastFault, rights } = seen;
    for (const { at, target, liftAskedAt, id } of deeds.kills) {
      const healed = faultless ? at : Math.max(at, lastFault) + healedMs + silentMs + sweepMs;
      const latest = healed + bindableMs + passMs + skewMs;
      if (now <= latest || liftAskedAt !== undefined) continue;
      for (const right of rights)
        if (isFor(target, right.who, right.cluster) && !foreign(seen, right) && !isExcused(seen, right))
          return `${describe(right)}, ${now - latest} ms past the latest instant allowed by the kill order ${id}`;
    }
    return undefined;
  },
};

/** Looks at each order when it is first said to be done. */
export class DoneIsDone implements Invariant {
  readonly name = 'done is done';
  readonly says =
    'A kill order says that it is done only when nothing of its scope stands, and nothing of it is live by the records.';
  readonly #done = new Set<string>();

  breach(seen: Seen): string | undefined {
    for (const order of seen.cloud.twins.kills.orders.values()) {
      if (order.doneAt === undefined || this.#done.has(order.id)) continue;
      this.#done.add(order.id);
      const words = leftOf(seen, order);
      if (words !== undefined) return `the kill order ${order.id} says that it is done, but ${words}`;
    }
    return undefined;
  }
}

function leftOf(seen: Seen, order: KillOrder): string | undefined {
  const { cloud, deeds, mishaps } = seen;
  const targets = targetsOf(seen, order);
  const isTheirs = (who: Name, cluster: string) => targets.some((target) => isFor(target, who, cluster));
  for (const { id, status, requester, asked } of cloud.twins.records.requests.values()) {
    const who = nameOf(requester.key);
    if (who && mayStand(status) && isTheirs(who, asked.cluster)) return `${id} is ${status}`;
  }
  const lastBegun = Date.parse(order.passes.at(-1)?.begunAt ?? order.at) - seen.skewMs;
  for (const [cluster, { roleBindings }] of cloud.twins.clusters)
    for (const [key, { metadata, subjects }] of roleBindings) {
      // Without marks nobody can tell whose it is; and nobody can see what comes while they look.
      if (mishaps.planted.has(`binding ${key}`) || !(marks.deployment in metadata.labels)) continue;
      if (deeds.sabotage.some(({ what, of, at }) => what === 'binding' && of === key && at >= lastBegun))
        continue;
      for (const who of names) {
        const { kind, name } = subjectOf(callers[who]).kubernetes;
        const given = subjects.some((subject) => subject.kind === kind && subject.name === name);
        // A group is its principal's: a person's order is for it only by the record of who asked.
        const byPerson = kind === 'Group' && order.scope.kind === 'person';
        if (given && !byPerson && isTheirs(who, cluster)) return `${key} stands on ${cluster} for ${who}`;
      }
    }
  return undefined;
}

/** What it was ordered for: orders differ by their scope, and people say what they order. */
function targetsOf({ deeds }: Seen, { id }: KillOrder): KillTarget[] {
  return deeds.kills.filter((deed) => deed.id === id).map(({ target }) => target);
}

export const onlyItsScope: Invariant = {
  name: 'only its scope',
  says: 'Whom a kill order ended or denied, an operator had asked to have killed.',
  breach: ({ cloud, deeds }) => {
    if (cloud.twins.kills.orders.size === 0) return undefined;
    for (const { id, requester, asked, history, endRequested } of cloud.twins.records.requests.values()) {
      const reason = `${endRequested?.reason ?? ''} ${history.at(-1)?.reason ?? ''}`;
      const who = nameOf(requester.key);
      if (!who || !/kill switch/.test(reason)) continue;
      const ordered = deeds.killsTried.some(
        ({ by, target }) => by === 'pat' && isFor(target, who, asked.cluster),
      );
      if (!ordered) return `${id} of ${who} was ended (${reason.trim()}), which no operator asked for`;
    }
    return undefined;
  },
};
