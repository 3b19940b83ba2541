/** A world's ports as one running function sees them: each call travels, may meet its fate, and lands in a twin. */
import { MemoryClusters } from '#adapters/memory/clusters.ts';
import { MemoryEntries } from '#adapters/memory/entries.ts';
import { MemoryIdentities } from '#adapters/memory/identities.ts';
import { MemoryKills } from '#adapters/memory/kills.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { MemoryMailer } from '#adapters/memory/mail.ts';
import { MemoryRecords } from '#adapters/memory/records.ts';
import { MemoryTicketNotes } from '#adapters/memory/ticket-notes.ts';
import type { ClusterApi, ClusterSession } from '#ports';
import { Bucket } from './bucket.ts';

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
  auditSink: methodsOf(Bucket.prototype),
  identities: methodsOf(MemoryIdentities.prototype),
  signer: ['sign'],
  clusterLeg: ['unbind', 'unbindAll', 'survey'],
  background: ['sweepCluster', 'killGrants'],
  ticketNotes: methodsOf(MemoryTicketNotes.prototype),
  tickets: ['read'],
};

/** A twin, its methods reached by calls. */
class Behind {
  readonly twin: Record<string, Method>;
  readonly call: Call;
  constructor(twin: object, call: Call) {
    this.twin = twin as Record<string, Method>;
    this.call = call;
  }
}

/** Made once per port: functions by the million ask for their ports. */
function behind(port: string, names: readonly string[]): typeof Behind {
  class Port extends Behind {}
  for (const name of names) {
    const point = `${port}.${name}`;
    const method = function (this: Behind, ...args: unknown[]) {
      return this.call(point, () => (this.twin[name] as Method).apply(this.twin, args));
    };
    Object.defineProperty(Port.prototype, name, { value: method });
  }
  return Port;
}

const ports = new Map(Object.entries(methods).map(([port, names]) => [port, behind(port, names)]));

/** The twin behind `call`. */
export function called<T extends object>(port: string, twin: T, call: Call): T {
  const Port = ports.get(port);
  if (!Port) throw new Error(`There is no port ${port}.`);
  return new Port(twin, call) as unknown as T;
}

const sessions = new Map<object, typeof Behind>();

function calledSession(session: ClusterSession, call: Call): ClusterSession {
  const prototype = Object.getPrototypeOf(session) as object;
  const Session = sessions.get(prototype) ?? behind('cluster', methodsOf(prototype));
  sessions.set(prototype, Session);
  return new Session(session, call) as unknown as ClusterSession;
}

export function calledCluster(api: ClusterApi, call: Call): ClusterApi {
  return {
    connect: (address) =>
      call('cluster.connect', async () => calledSession(await api.connect(address), call)),
  };
}
