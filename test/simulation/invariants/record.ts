/** Promises 3 and 4: nothing of others is touched, and every change of a record is one event of a whole chain. */
import type { MemoryCluster } from '#adapters/memory/cluster.ts';
import { chainFault } from '#domain/audit-event.ts';
import { isDriven } from '#domain/kill-order.ts';
import type { Status } from '#domain/request.ts';
import { marks } from '#domain/role-binding.ts';
import { statusTable } from '../../builders/status-table.ts';
import { eksClusters } from '../people/cast.ts';
import type { Invariant, Seen } from './invariant.ts';
import { requestIdOf } from './observe.ts';

export const finals = (Object.keys(statusTable) as Status[]).filter(
  (status) => statusTable[status].length === 0,
);

/** Looks at what is new since the last look only. */
export class InOrder implements Invariant {
  readonly name = 'each change once, in order';
  readonly says =
    'Every change of a record is one event, linked to the one before, along one edge of the table.';
  readonly #looked = new Map<string, { events: number; status: Status; hash: string; history: number }>();

  breach({ cloud }: Seen): string | undefined {
    const { requests, stored } = cloud.twins.records;
    for (const [id, request] of requests) {
      const log = stored.get(id) ?? [];
      const before = this.#looked.get(id);
      if (before?.events === log.length && before.hash === request.audit.hash) continue;
      if (request.version !== log.length)
        return `${id} has version ${request.version} with ${log.length} events`;
      let { status, hash } = before ?? { status: undefined, hash: log[0]?.event.prev ?? '' };
      let history = before?.history ?? 0;
      for (const { event } of log.slice(before?.events ?? 0)) {
        if (event.prev !== hash) return `event ${event.seq} of ${id} is not linked to the one before`;
        hash = event.hash;
        const next = event.status as Status;
        if (next === status) continue;
        if (status !== undefined && !statusTable[status].includes(next))
          return `${id} went from ${status} to ${next}`;
        status = next;
        history += 1;
      }
      if (hash !== request.audit.hash || status !== request.status) return `${id} and its last event differ`;
      if (request.history.length !== history)
        return `${id} tells of ${request.history.length} changes, its events of ${history}`;
      if (!finals.includes(status) && request.dueAt === undefined) return `${id} is ${status} and never due`;
      this.#looked.set(id, { events: log.length, status, hash, history });
    }
    return undefined;
  }
}

export const onlyOurs: Invariant = {
  name: 'only what we made',
  says: 'Entries and bindings of others, and of other deployments, stay as they are.',
  breach: ({ cloud, mishaps }) => {
    for (const [what, before] of mishaps.planted) {
      const [kind = '', key = ''] = what.split(' ');
      const standing =
        kind === 'entry'
          ? cloud.twins.entries.on({ ...eksClusters['payments-prod'], principalArn: key })
          : cloud.twins.clusters.get('payments-prod')?.roleBindings.get(key);
      if (!standing) return `the ${what} that somebody else made is gone`;
      if (JSON.stringify(standing) !== before) return `the ${what} that somebody else made was changed`;
    }
    return undefined;
  },
};

/** Admission refuses it while it stands; the sweep of the cluster finds it. */
function cameTooLate(
  { madeAt }: MemoryCluster,
  { metadata }: { metadata: { uid: string; annotations: Record<string, string> } },
): boolean {
  const createBefore = metadata.annotations[marks.createBefore];
  const made = madeAt.get(metadata.uid);
  return made !== undefined && createBefore !== undefined && made >= createBefore;
}

export const overIsOver: Invariant = {
  name: 'over is over',
  says: 'While a record has a final status, nothing stands that was made for it, but what came too late for admission while its fences were down.',
  breach: ({ cloud, deeds }) => {
    for (const cluster of cloud.twins.clusters.values())
      for (const [key, object] of [...cluster.roleBindings, ...cluster.roles]) {
        if (cameTooLate(cluster, object)) continue;
        const id = requestIdOf(key);
        const request = cloud.twins.records.requests.get(id);
        if (request && finals.includes(request.status) && !deeds.spoiled('binding', key))
          return `${key} stands, but ${id} is ${request.status}`;
      }
    return undefined;
  },
};

export const noSurprise: Invariant = {
  name: 'no surprise',
  says: 'Functions fail only by the errors that the error table names, whatever happens around them.',
  breach: ({ cloud }) => cloud.lambda.surprise,
};

export const asPredicted: Invariant = {
  name: 'as the lifecycle predicts',
  says: 'Executions of the deployed definition call what the lifecycle and the error table predict, in that order.',
  breach: ({ cloud }) => cloud.stepFunctions.astray,
};

/** Looked at once, when a history has become quiet. */
export const nothingLeft: Invariant = {
  name: 'nothing left',
  says: 'When all is quiet, every record is final, every kill order done or lifted, nothing of Curfew stands or is held, and all events are in the bucket.',
  breach: ({ cloud, mishaps }) => {
    const { records, entries, ledger, clusters, auditSink, kills } = cloud.twins;
    for (const { id, status } of records.requests.values())
      if (!finals.includes(status)) return `${id} is still ${status}`;
    for (const order of kills.orders.values())
      if (isDriven(order)) return `the kill order ${order.id} is not done`;
    for (const [name, { roleBindings, roles }] of clusters) {
      for (const key of roleBindings.keys())
        if (!mishaps.planted.has(`binding ${key}`)) return `${key} stands on ${name}`;
      for (const key of roles.keys()) return `Role ${key} stands on ${name}`;
    }
    for (const { principalArn, entryArn } of entries.standing.values())
      if (!mishaps.planted.has(`entry ${principalArn}`) || !entryArn.includes('/payments-prod/'))
        return `the entry of ${principalArn} stands`;
    const [holder] = ledger.allHolders();
    if (holder !== undefined) return `${holder} holds an entry`;
    const written = [...records.stored.values()].reduce((sum, log) => sum + log.length, 0);
    return auditSink.events.length === written
      ? undefined
      : `${written} events were written, ${auditSink.events.length} are in the bucket`;
  },
};

export const wholeChains: Invariant = {
  name: 'whole chains',
  says: 'The events of every request and kill order are a whole chain, from the first to the last.',
  breach: ({ cloud }) => {
    for (const [id, log] of cloud.twins.records.stored) {
      const fault = chainFault(log.map(({ event }) => event));
      if (fault) return `${id}: ${fault}`;
    }
    return undefined;
  },
};
