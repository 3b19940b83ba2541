/** A real Kubernetes API with RBAC, admission and an audit log, on this machine: what stands in for an EKS cluster. */

import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#local/processes.ts';
import type { Progress } from '#local/progress.ts';
import { type ClusterAuditEvent, readAuditLog } from './audit-log.ts';
import type { KubernetesBinaries } from './binaries.ts';
import {
  type ControlPlaneOptions,
  type ControlPlanePart,
  resumeControlPlane,
  startControlPlane,
} from './control-plane.ts';
import { writeAdminKubeconfig, writeKubeconfig } from './kubeconfig.ts';
import { ensurePki } from './pki.ts';

export interface ClusterOptions {
  /** Everything of the cluster is kept here. A folder with an earlier cluster in it is started again, data and CA kept. */
  dir: string;
  name: string;
  /** Where the API server sends bearer tokens to learn whose they are (TokenReview, authentication.k8s.io/v1). */
  authenticatorUrl?: string;
  binaries: KubernetesBinaries;
  progress: Progress;
  /** A free one where left out. */
  port?: number;
}

export interface LocalCluster {
  readonly name: string;
  /** https://127.0.0.1:<port> */
  readonly url: string;
  readonly caPem: string;
  /** Path of a kubeconfig of a member of `system:masters`. */
  readonly adminKubeconfig: string;
  /** Path of the audit log: one JSON event a line, written before each request is answered. */
  readonly auditLog: string;
  auditEvents(): Promise<ClusterAuditEvent[]>;
  /** Ends it within 3 seconds; what was written stays in `dir`. Fine to call twice. */
  stop(): Promise<void>;
  /** SIGKILL to one of its processes, or to both: an outage. */
  kill(part?: ControlPlanePart): Promise<void>;
  /** Starts again what was killed, and leaves alone what runs: same address, CA and data. Resolves when it is ready. */
  resume(): Promise<void>;
  /** Starts it again, after `stop` or `kill` or while it runs: same address, CA and data. */
  restart(): Promise<void>;
}

const auditPolicy = fileURLToPath(new URL('audit-policy.yaml', import.meta.url));
const portTries = 3;

/**
 * Starts a cluster and waits until it is ready, about 3 seconds.
 *
 * There are no controllers, scheduler or nodes: a namespace is not emptied when it is deleted, built-in aggregated
 * roles (`view`, `edit`, `admin`) hold no rules, pods stay pending, and no default service accounts appear.
 */
export async function startCluster(options: ClusterOptions): Promise<LocalCluster> {
  const { dir, name, progress } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const pki = await ensurePki(path.join(dir, 'pki'));
  const auditLog = path.join(dir, 'audit.log');
  const authenticatorKubeconfig = path.join(dir, 'authenticator.kubeconfig');
  if (options.authenticatorUrl) {
    await writeKubeconfig(authenticatorKubeconfig, {
      name: 'authenticator',
      cluster: { server: options.authenticatorUrl },
      user: {},
    });
  }

  const on = (port: number, etcdPort: number): ControlPlaneOptions => ({
    ...options,
    pki,
    port,
    etcdPort,
    auditPolicy,
    auditLog,
    ...(options.authenticatorUrl && { authenticatorKubeconfig }),
  });

  /** Between finding a port free and using it another process may take it. A port that was asked for is not changed. */
  async function startOnFreePorts() {
    for (let tries = 1; ; tries++) {
      const port = options.port ?? (await freePort());
      const etcdPort = await freePort();
      try {
        return { port, etcdPort, plane: await startControlPlane(on(port, etcdPort)) };
      } catch (error) {
        const portWasTaken = error instanceof Error && error.message.includes('address already in use');
        if (!portWasTaken || tries === portTries) throw error;
      }
    }
  }

  const first = await progress.step(`Starting Kubernetes cluster ${name}`, () => startOnFreePorts());
  const { port, etcdPort } = first;
  let plane = first.plane;
  const url = `https://127.0.0.1:${port}`;
  const adminKubeconfig = path.join(dir, 'admin.kubeconfig');
  await writeAdminKubeconfig(adminKubeconfig, name, url, pki);

  const stop = async () => {
    await plane['kube-apiserver'].stop();
    await plane.etcd.stop();
  };
  return {
    name,
    url,
    caPem: await readFile(pki.ca, 'utf8'),
    adminKubeconfig,
    auditLog,
    auditEvents: () => readAuditLog(auditLog),
    stop,
    async kill(part) {
      const killed = part ? [plane[part]] : Object.values(plane);
      await Promise.all(killed.map((child) => child.kill()));
    },
    async resume() {
      plane = await resumeControlPlane(on(port, etcdPort), plane);
    },
    async restart() {
      await stop();
      plane = await startControlPlane(on(port, etcdPort));
    },
  };
}
