/** Starts the stand-in for Amazon EKS: its API, each cluster's authenticator, and the faults that tests ask for. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { IAMClient } from '@aws-sdk/client-iam';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { AccessEntries, type AccessEntry } from './access-entries.ts';
import { type AnsweredCall, eksApi } from './api.ts';
import { authenticator, authenticatorPath } from './authenticator.ts';
import { type ClusterRegistration, Clusters } from './clusters.ts';
import { controls } from './controls.ts';
import { Faults } from './faults.ts';
import { askFrontDoor } from './front-door.ts';
import { findPrincipalId } from './principals.ts';
import { Propagation, type PropagationDelay } from './propagation.ts';
import { readState, writeState } from './state-file.ts';

export interface EksOptions {
  /** May also be told later, by `useEmulator`. */
  emulatorUrl?: string;
  /** Default: a free one. */
  port?: number;
  /** Where access entries are kept between runs; nowhere if not given. */
  stateFile?: string;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** A stand-in as the rest of the local cloud knows it, in this process or in one of its own. */
export interface EksEndpoint {
  /** What `AWS_ENDPOINT_URL_EKS` is set to. */
  url: string;
  /** The webhook that the API server of `clusterName` asks; there before that cluster is registered. */
  authenticatorUrl(clusterName: string): string;
  /** Makes a running API server a cluster of EKS; repeat it when its endpoint or authority has changed. */
  registerCluster(cluster: ClusterRegistration): void | Promise<void>;
  /** The emulator may be started after the stand-in, whose address it is given; until then every call fails. */
  useEmulator(url: string): void | Promise<void>;
  /** Calls that are left hanging end with it. */
  stop(): Promise<void>;
}

export interface EksStandIn extends EksEndpoint {
  registerCluster(cluster: ClusterRegistration): void;
  useEmulator(url: string): void;
  faults: Faults;
  /** Delays of what changes from now on; to be changed in place. */
  propagation: PropagationDelay;
  /** Every call so far, oldest first. */
  calls: readonly AnsweredCall[];
  /** Entries as the API has them; what the cluster has heard of may lag behind. */
  entries(clusterName: string): AccessEntry[];
}

/** Listens on loopback only. Throws if `stateFile` holds anything but access entries. */
export async function startEks({
  emulatorUrl,
  port = 0,
  stateFile,
  now = Date.now,
}: EksOptions): Promise<EksStandIn> {
  let knownEmulator = emulatorUrl;
  const emulator = () => {
    if (knownEmulator) return knownEmulator;
    throw new Error('The EKS stand-in does not know where the emulator is: call useEmulator(url).');
  };
  const clusters = new Clusters();
  const faults = new Faults(now);
  const view = new Propagation<AccessEntry>(now);
  const entries = new AccessEntries({
    kept: readState(stateFile),
    save: (all) => writeState(stateFile, all),
    view,
    now,
  });
  const calls: AnsweredCall[] = [];
  const stopping = new AbortController();
  const registerCluster = (cluster: ClusterRegistration) =>
    clusters.register(cluster, account, region, now());
  const useEmulator = (url: string) => {
    knownEmulator = url;
  };
  const iam = () => new IAMClient({ endpoint: emulator(), region, credentials: rootKeys });

  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route('/', controls({ faults, propagation: view.delay, calls, registerCluster, useEmulator }));
  app.route('/', authenticator({ emulatorUrl: emulator, seenEntries: () => view.seen(), now }));
  app.route(
    '/',
    eksApi({
      world: { clusters, entries, findPrincipalId: (arn) => findPrincipalId(iam(), account, arn), now },
      faults,
      askFrontDoor: (request, checks) => askFrontDoor(emulator(), request, checks),
      calls,
      stopping: stopping.signal,
    }),
  );

  const server = createAdaptorServer({ fetch: app.fetch });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    authenticatorUrl: (clusterName) => url + authenticatorPath(clusterName),
    registerCluster,
    useEmulator,
    faults,
    propagation: view.delay,
    calls,
    entries: (clusterName) => entries.list(clusterName),
    async stop() {
      stopping.abort();
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}
