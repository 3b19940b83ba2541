/** A world's ports as one running function sees them: each call travels, may meet its fate, and lands in a twin. */
import { MemoryAuditSink } from '#adapters/memory/audit-sink.ts';
import { MemoryClusters } from '#adapters/memory/clusters.ts';
import { MemoryEntries } from '#adapters/memory/entries.ts';
import { MemoryIdentities } from '#adapters/memory/identities.ts';
import { MemoryKills } from '#adapters/memory/kills.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { MemoryMailer } from '#adapters/memory/mail.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import type { ClusterApi, ClusterSession } from '#ports';

/** Makes a call at `point`, such as `entries.create`; `land` does the work at the twin. */
export type Call = <T>(point: string, land: () => Promise<T>) => Promise<T>;

type Method = (...args: unknown[]) => Promise<unknown>;

const methodsOf = (prototype: object) =>
  Object.entries(Object.getOwnPropertyDescriptors(prototype)).flatMap(([name, { value }]) =>
    typeof value === 'function' && name !== 'constructor' ? [name] : [],
  );

const methods: Record<string, readonly string[]> = {
  records: methodsOf(MemoryRecords.prototype),
  kills: methodsOf(MemoryKills.prototype),
  known: methodsOf(MemoryClusters.prototype),
  ledger: methodsOf(MemoryLedger.prototype),
  entries: methodsOf(MemoryEntries.prototype),
  executions: ['start', 'status', 'succeed', 'fail'],
  mailer: methodsOf(MemoryMailer.prototype),
  auditSink: methodsOf(MemoryAuditSink.prototype),
  identities: methodsOf(MemoryIdentities.prototype),
  signer: ['sign'],
  clusterLeg: ['unbind', 'unbindAll', 'survey'],
  background: ['sweepCluster', 'killGrants'],
};

const points = new Map(
  Object.entries(methods).map(([port, names]) => [
    port,
    names.map((name) => [name, `${port}.${name}`] as const),
  ]),
);

/** The twin behind `call`. */
export function called<T extends object>(port: string, twin: T, call: Call): T {
  const made: Record<string, unknown> = {};
  for (const [name, point] of points.get(port) ?? []) {
    const method = (twin as Record<string, unknown>)[name] as Method | undefined;
    if (method) made[name] = (...args: unknown[]) => call(point, () => method.apply(twin, args));
  }
  return made as T;
}

const sessionMethods = new Map<object, readonly string[]>();

function calledSession(session: ClusterSession, call: Call): ClusterSession {
  const prototype = Object.getPrototypeOf(session) as object;
  const names = sessionMethods.get(prototype) ?? methodsOf(prototype);
  sessionMethods.set(prototype, names);
  const made: Record<string, unknown> = {};
  for (const name of names) {
    const method = (session as unknown as Record<string, Method>)[name];
    if (method)
      made[name] = (...args: unknown[]) => call(`cluster.${name}`, () => method.apply(session, args));
  }
  return made as unknown as ClusterSession;
}

export function calledCluster(api: ClusterApi, call: Call): ClusterApi {
  return {
    connect: (address) =>
      call('cluster.connect', async () => calledSession(await api.connect(address), call)),
  };
}
