/** The services behind one history: the memory twins, some of them lagging as the real ones do. */
import { type MemoryCluster, MemoryClusterApi } from '#adapters/memory/cluster.ts';
import { MemoryClusters } from '#adapters/memory/clusters.ts';
import { MemoryIdentities } from '#adapters/memory/identities.ts';
import { MemoryIds } from '#adapters/memory/ids.ts';
import { MemoryLedger } from '#adapters/memory/ledger.ts';
import { MemoryMailer, plainMessages } from '#adapters/memory/mail.ts';
import { MemoryPasskeys } from '#adapters/memory/passkeys.ts';
import { MemoryTicketNotes } from '#adapters/memory/ticket-notes.ts';
import { MemoryTickets } from '#adapters/memory/tickets.ts';
import { memoryRoles } from '#adapters/memory/world.ts';
import { sha256Hex } from '#domain/digest.ts';
import { instantOf } from '#domain/instant.ts';
import { type BindPlan, planText } from '#domain/plan.ts';
import type { Background, ClusterLeg, Executions, PlanSigner, PlanVerifier, World } from '#ports';
import { Bucket } from './bucket.ts';
import type { Chance } from './chance.ts';
import { LaggingEntries } from './lagging-entries.ts';
import { LaggingKills, LaggingRecords } from './lagging-records.ts';
import { onboarded } from './onboarded.ts';
import type { Scheduler } from './scheduler.ts';

export interface Twins {
  settings: World['settings'];
  ids: MemoryIds;
  records: LaggingRecords;
  kills: LaggingKills;
  /** Those that the sweep looks at. */
  known: MemoryClusters;
  ledger: MemoryLedger;
  entries: LaggingEntries;
  cluster: MemoryClusterApi;
  /** By their names in the catalog. */
  clusters: ReadonlyMap<string, MemoryCluster>;
  executions: Executions;
  clusterLeg: ClusterLeg;
  background: Background;
  mailer: MemoryMailer;
  messages: World['messages'];
  auditSink: Bucket;
  identities: MemoryIdentities;
  passkeys: MemoryPasskeys;
  ticketNotes: MemoryTicketNotes;
  tickets: MemoryTickets;
  signer: PlanSigner;
  verifier: PlanVerifier;
}

export const settings = { deployment: 'memory', region: 'us-east-1' };

/** Signs with a hash: who can sign is not the question here, and a key would cost most of the time. */
const signatureOf = (plan: BindPlan) =>
  Buffer.from(sha256Hex(`simulated key ${planText(plan)}`)).toString('base64');

export function twins(
  of: { scheduler: Scheduler; chance: Chance; skewMs: number; staleMs: number },
  wired: Pick<Twins, 'executions' | 'clusterLeg' | 'background'>,
): Twins {
  const { scheduler, chance, skewMs, staleMs } = of;
  const apiSkew = skewMs === 0 ? 0 : chance.whole(-skewMs / 2, skewMs / 2);
  const clock = { now: () => instantOf(scheduler.now) };
  const records = new LaggingRecords({ scheduler, chance, staleMs });
  const entries = new LaggingEntries(scheduler, chance, staleMs);
  const cluster = new MemoryClusterApi({ now: () => instantOf(scheduler.now + apiSkew) });
  const identities = new MemoryIdentities();
  for (const principal of Object.values(memoryRoles)) identities.add(principal);
  return {
    settings,
    ids: new MemoryIds(clock),
    records,
    kills: new LaggingKills(records, { scheduler, chance, staleMs }),
    known: new MemoryClusters(),
    ledger: new MemoryLedger(records),
    entries,
    cluster,
    clusters: onboarded(entries, cluster),
    mailer: new MemoryMailer(),
    messages: plainMessages,
    auditSink: new Bucket(),
    identities,
    passkeys: new MemoryPasskeys(records),
    ticketNotes: new MemoryTicketNotes(),
    tickets: new MemoryTickets(),
    signer: { sign: async (plan) => ({ plan: structuredClone(plan), signature: signatureOf(plan) }) },
    verifier: { verify: ({ plan, signature }) => signature === signatureOf(plan) },
    ...wired,
  };
}
