/** A whole world in memory: every port's twin, a virtual clock, and a hook to break any call. */
import type { Catalog } from '#domain/catalog.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import type { Principal } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import { namespacesOn } from '#domain/namespaces.ts';
import type { Messages, World } from '#ports';
import { JobTokens } from '../identity-tokens.ts';
import { webAuthn } from '../web-authn.ts';
import { MemoryAuditSink } from './audit-sink.ts';
import { MemoryBackground } from './background.ts';
import { MemoryClock } from './clock.ts';
import { MemoryCluster, MemoryClusterApi } from './cluster.ts';
import { MemoryClusterLeg } from './cluster-leg.ts';
import { MemoryClusters } from './clusters.ts';
import { MemoryEntries } from './entries.ts';
import { MemoryEventBus } from './event-bus.ts';
import { MemoryExecutions } from './executions.ts';
import { Faults, type Interference, interfered } from './faults.ts';
import { MemoryIdentities } from './identities.ts';
import { MemoryIds } from './ids.ts';
import { MemoryIssuers } from './issuers.ts';
import { MemoryKills } from './kills.ts';
import { MemoryLedger } from './ledger.ts';
import { MemoryMailer, plainMessages } from './mail.ts';
import { MemoryMetrics } from './metrics.ts';
import { MemoryOrganisation } from './organisation.ts';
import { MemoryPasskeys } from './passkeys.ts';
import { MemoryReceivers } from './receivers.ts';
import { MemoryRecords } from './records.ts';
import { sampleCatalog } from './sample-catalog.ts';
import { MemorySecrets } from './secrets.ts';
import { memorySigner } from './signer.ts';
import { MemoryTicketComments } from './ticket-comments.ts';
import { MemoryTicketNotes } from './ticket-notes.ts';
import { MemoryTickets } from './tickets.ts';
import { MemoryUsage } from './usage.ts';
import { MemoryUsageLines } from './usage-lines.ts';

/** The twins behind the ports, to look into and to change things behind Curfew's back. Calls on them meet no faults. */
interface Inside {
  clock: MemoryClock;
  records: MemoryRecords;
  clusters: MemoryClusters;
  kills: MemoryKills;
  ledger: MemoryLedger;
  entries: MemoryEntries;
  cluster: MemoryClusterApi;
  executions: MemoryExecutions;
  mailer: MemoryMailer;
  auditSink: MemoryAuditSink;
  clusterLeg: MemoryClusterLeg;
  background: MemoryBackground;
  identities: MemoryIdentities;
  issuers: MemoryIssuers;
  metrics: MemoryMetrics;
  organisation: MemoryOrganisation;
  ticketNotes: MemoryTicketNotes;
  passkeys: MemoryPasskeys;
  tickets: MemoryTickets;
  usage: MemoryUsage;
  usageLines: MemoryUsageLines;
  secrets: MemorySecrets;
  eventBus: MemoryEventBus;
  ticketComments: MemoryTicketComments;
  receivers: MemoryReceivers;
}

export interface MemoryWorld extends World {
  faults: Faults;
  inside: Inside;
  /** The cluster called so in the catalog. Throws when there is none. */
  clusterOf(catalogName: string): MemoryCluster;
}

export const memoryAccount = '111122223333';

const identityCenterRole = (name: string, roleId: string): Principal => ({
  arn: `arn:aws:iam::${memoryAccount}:role/aws-reserved/sso.amazonaws.com/us-east-1/${name}`,
  account: memoryAccount,
  roleName: name,
  roleId,
});

/** Roles that exist in every memory world. */
export const memoryRoles = {
  developer: identityCenterRole('AWSReservedSSO_Developer_0123456789abcdef', 'AROADEVELOPER0000001'),
  reviewer: identityCenterRole('AWSReservedSSO_Reviewer_0123456789abcdef', 'AROAREVIEWER00000001'),
  platformAdmin: identityCenterRole('AWSReservedSSO_PlatformAdmin_0123456789abcdef', 'AROAPLATFORMADMIN001'),
  ci: {
    arn: `arn:aws:iam::${memoryAccount}:role/ci-deployer`,
    account: memoryAccount,
    roleName: 'ci-deployer',
    roleId: 'AROACIDEPLOYER000001',
  },
} as const satisfies Record<string, Principal>;

const region = 'us-east-1';

/** Where the pages of every memory world are. */
export const memoryPages = { url: 'https://curfew.example.com/prod', domain: 'curfew.example.com' };

/** Clusters of the catalog as onboarding leaves them: ACTIVE, namespaces and ClusterRoles there, fences up. */
function onboard(
  catalog: Catalog,
  entries: MemoryEntries,
  api: MemoryClusterApi,
): Map<string, MemoryCluster> {
  const byName = new Map<string, MemoryCluster>();
  for (const [name, listed] of Object.entries(catalog.clusters)) {
    const eksName = listed.eksName ?? name;
    const cluster = new MemoryCluster();
    for (const [roleName, role] of Object.entries(catalog.roles)) {
      if (!role.clusters.includes(name)) continue;
      if (role.rules)
        cluster.clusterRoles.set(clusterRoleName(roleName, role.rules), {
          rules: structuredClone(role.rules),
        });
      for (const namespace of namespacesOn(role, listed, [])) cluster.namespaces.add(namespace);
    }
    entries.clusters.set(eksName, {
      eksName,
      region: listed.region ?? region,
      endpoint: `https://${eksName}.example.com`,
      certificateAuthority: Buffer.from(`certificate authority of ${eksName}`).toString('base64'),
    });
    api.clusters.set(eksName, cluster);
    byName.set(name, cluster);
  }
  return byName;
}

/** `interference` replaces `faults` as what decides on each call: for simulators. */
export function memoryWorld(
  of: { catalog?: Catalog; now?: Instant; messages?: Messages; interference?: Interference } = {},
): MemoryWorld {
  const catalog = of.catalog ?? sampleCatalog();
  const faults = new Faults();
  const metrics = new MemoryMetrics();
  const clock = new MemoryClock(of.now ?? '2026-11-21T08:00:00.000Z');
  const records = new MemoryRecords();
  const inside: Inside = {
    clock,
    records,
    kills: new MemoryKills(records),
    clusters: new MemoryClusters(),
    ledger: new MemoryLedger(records),
    entries: new MemoryEntries(),
    cluster: new MemoryClusterApi(clock),
    executions: new MemoryExecutions(),
    mailer: new MemoryMailer(),
    auditSink: new MemoryAuditSink(),
    clusterLeg: new MemoryClusterLeg(),
    background: new MemoryBackground(),
    identities: new MemoryIdentities(),
    issuers: new MemoryIssuers(),
    metrics,
    organisation: new MemoryOrganisation(metrics),
    ticketNotes: new MemoryTicketNotes(),
    passkeys: new MemoryPasskeys(records),
    tickets: new MemoryTickets(),
    usage: new MemoryUsage(),
    usageLines: new MemoryUsageLines(),
    secrets: new MemorySecrets(),
    eventBus: new MemoryEventBus(),
    ticketComments: new MemoryTicketComments(),
    receivers: new MemoryReceivers(),
  };
  for (const principal of Object.values(memoryRoles)) inside.identities.add(principal);
  const clusters = onboard(catalog, inside.entries, inside.cluster);
  const wrap = <T extends object>(name: string, port: T): T =>
    interfered(name, port, of.interference ?? faults);
  const { signer, verifier } = memorySigner();
  const tokens = new JobTokens(
    (uri) => inside.issuers.at(uri),
    () => Date.parse(clock.now()),
  );
  return {
    catalog,
    settings: { deployment: 'memory', region },
    clock: wrap('clock', inside.clock),
    ids: wrap('ids', new MemoryIds(clock)),
    records: wrap('records', inside.records),
    kills: wrap('kills', inside.kills),
    clusters: wrap('clusters', inside.clusters),
    ledger: wrap('ledger', inside.ledger),
    entries: wrap('entries', inside.entries),
    cluster: wrap('cluster', inside.cluster),
    executions: wrap('executions', inside.executions),
    mailer: wrap('mailer', inside.mailer),
    messages: wrap('messages', of.messages ?? plainMessages),
    auditSink: wrap('auditSink', inside.auditSink),
    signer: wrap('signer', signer),
    verifier: wrap('verifier', verifier),
    clusterLeg: wrap('clusterLeg', inside.clusterLeg),
    background: wrap('background', inside.background),
    identities: wrap('identities', inside.identities),
    identityTokens: wrap('identityTokens', tokens),
    metrics: wrap('metrics', inside.metrics),
    organisation: wrap('organisation', inside.organisation),
    ticketNotes: wrap('ticketNotes', inside.ticketNotes),
    passkeys: wrap('passkeys', inside.passkeys),
    authenticators: wrap('authenticators', webAuthn(memoryPages)),
    pages: memoryPages,
    tickets: wrap('tickets', inside.tickets),
    usage: wrap('usage', inside.usage),
    usageLines: wrap('usageLines', inside.usageLines),
    secrets: wrap('secrets', inside.secrets),
    eventBus: wrap('eventBus', inside.eventBus),
    ticketComments: wrap('ticketComments', inside.ticketComments),
    receivers: wrap('receivers', inside.receivers),
    faults,
    inside,
    clusterOf(catalogName) {
      const cluster = clusters.get(catalogName);
      if (!cluster) throw new Error(`The catalog of this world has no cluster "${catalogName}".`);
      return cluster;
    },
  };
}
