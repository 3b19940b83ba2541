/** The two processes of a local cluster, etcd and kube-apiserver: their flags, and when each is ready. */

import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import path from 'node:path';
import { type Child, startProcess, untilReady } from '#local/processes.ts';
import type { KubernetesBinaries } from './binaries.ts';
import type { Pki } from './pki.ts';

export interface ControlPlaneOptions {
  name: string;
  binaries: KubernetesBinaries;
  pki: Pki;
  /** Where etcd keeps its data and both their logs. */
  dir: string;
  etcdPort: number;
  port: number;
  auditPolicy: string;
  auditLog: string;
  /** A kubeconfig naming the token webhook. Without one only client certificates are known. */
  authenticatorKubeconfig?: string;
}

export type ControlPlanePart = 'etcd' | 'kube-apiserver';

export type ControlPlane = Record<ControlPlanePart, Child>;

const readyWithinMs = 90_000;

/** Starts both and waits until the API server is ready, as said by /readyz. Leaves nothing running when it fails. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  const etcd = await startEtcd(options);
  try {
    return { etcd, 'kube-apiserver': await startApiserver(options) };
  } catch (error) {
    await etcd.kill();
    throw error;
  }
}

/** Starts again whichever of the two has ended, and waits until the API server is ready. What runs is left as it is. */
export async function resumeControlPlane(
  options: ControlPlaneOptions,
  { etcd, 'kube-apiserver': apiserver }: ControlPlane,
): Promise<ControlPlane> {
  const store = etcd.alive ? etcd : await startEtcd(options);
  const server = apiserver.alive ? await readyApiserver(options, apiserver) : await startApiserver(options);
  return { etcd: store, 'kube-apiserver': server };
}

async function startEtcd({ name, binaries, pki, dir, etcdPort }: ControlPlaneOptions): Promise<Child> {
  const url = `https://127.0.0.1:${etcdPort}`;
  const etcd = await startProcess({
    name: `etcd of cluster ${name}`,
    command: binaries.etcd,
    args: [
      `--data-dir=${path.join(dir, 'etcd')}`,
      // A local cluster may lose its last writes with the machine; fsync would cost it more than anything else.
      '--unsafe-no-fsync',
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      // It has no peers; it still insists on listening for them.
      '--listen-peer-urls=http://127.0.0.1:0',
      // Only the holder of this cluster's own certificate gets in: no other user of the machine, and no other
      // cluster's API server that came to the same port.
      '--client-cert-auth',
      `--trusted-ca-file=${pki.etcdCa}`,
      `--cert-file=${pki.etcdCert}`,
      `--key-file=${pki.etcdKey}`,
      '--log-level=warn',
    ],
    logFile: path.join(dir, 'etcd.log'),
    graceMs: 2_000,
  });
  return ready(etcd, 'its health check passed', `${url}/health`, {
    ca: await readFile(pki.etcdCa),
    cert: await readFile(pki.etcdCert),
    key: await readFile(pki.etcdKey),
  });
}

async function startApiserver(options: ControlPlaneOptions): Promise<Child> {
  const { name, binaries, pki, dir, etcdPort, port } = options;
  const apiserver = await startProcess({
    name: `kube-apiserver of cluster ${name}`,
    command: binaries.kubeApiserver,
    args: [
      `--etcd-servers=https://127.0.0.1:${etcdPort}`,
      `--etcd-cafile=${pki.etcdCa}`,
      `--etcd-certfile=${pki.etcdCert}`,
      `--etcd-keyfile=${pki.etcdKey}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${port}`,
      // It would not accept a loopback address as an endpoint of the `kubernetes` service.
      '--endpoint-reconciler-type=none',
      `--tls-cert-file=${pki.serverCert}`,
      `--tls-private-key-file=${pki.serverKey}`,
      `--client-ca-file=${pki.ca}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${pki.serviceAccountKey}`,
      `--service-account-key-file=${pki.serviceAccountPublicKey}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      '--authorization-mode=RBAC',
      '--anonymous-auth=false',
      // As on EKS, where only policies keep them out.
      '--allow-privileged=true',
      // Pods would be refused: the controller that makes each namespace's default account does not run here.
      '--disable-admission-plugins=ServiceAccount',
      ...(options.authenticatorKubeconfig
        ? [
            `--authentication-token-webhook-config-file=${options.authenticatorKubeconfig}`,
            '--authentication-token-webhook-version=v1',
            // A further cache of 10 s for tokens once accepted is built in and can't be set.
            '--authentication-token-webhook-cache-ttl=0s',
          ]
        : []),
      `--audit-policy-file=${options.auditPolicy}`,
      `--audit-log-path=${options.auditLog}`,
      // A request is answered after its line is written: who saw the answer finds the line.
      '--audit-log-mode=blocking',
      '--profiling=false',
    ],
    logFile: path.join(dir, 'kube-apiserver.log'),
    // Left alone it takes six seconds to drain, and there is nobody to drain for.
    graceMs: 1_000,
  });
  return readyApiserver(options, apiserver);
}

async function readyApiserver({ pki, port }: ControlPlaneOptions, apiserver: Child): Promise<Child> {
  return ready(apiserver, 'ready', `https://127.0.0.1:${port}/readyz`, {
    ca: await readFile(pki.ca),
    cert: await readFile(pki.adminCert),
    key: await readFile(pki.adminKey),
  });
}

interface ClientTls {
  ca: Buffer;
  cert: Buffer;
  key: Buffer;
}

/** Asks with our own CA and client certificate: an answer from anything else that sits on that port does not count. */
async function ready(child: Child, what: string, url: string, tls: ClientTls): Promise<Child> {
  const agent = new Agent({ ...tls, keepAlive: true });
  try {
    await untilReady(child, what, async () => (await statusOf(url, agent)) === 200, {
      timeoutMs: readyWithinMs,
    });
    return child;
  } catch (error) {
    await child.kill();
    throw error;
  } finally {
    agent.destroy();
  }
}

function statusOf(url: string, agent: Agent): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent, timeout: 5_000 }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    });
    asking.once('timeout', () => asking.destroy(new Error('no answer within 5 s')));
    asking.once('error', reject);
    asking.end();
  });
}
