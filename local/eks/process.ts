/** The stand-in for EKS as a process of its own, so that it can be killed outright and started again with what it had kept. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Child, freePort, startProcess, untilReady } from '#local/processes.ts';
import { authenticatorPath } from './authenticator.ts';
import type { ClusterRegistration } from './clusters.ts';
import type { FaultOrder, Throttle } from './faults.ts';
import type { PropagationDelay } from './propagation.ts';
import type { EksEndpoint } from './stand-in.ts';

export interface EksProcess extends EksEndpoint {
  addFault(order: FaultOrder): Promise<void>;
  throttle(limit: Throttle): Promise<void>;
  /** Of what changes from now on. */
  delay(of: Partial<PropagationDelay>): Promise<void>;
  /** Ends all faults and the throttling; delays stay. */
  clearFaults(): Promise<void>;
  /** SIGKILL: calls in progress get no answer, faults and delays are forgotten. */
  kill(): Promise<void>;
  /** Starts it again after `kill`: same address, access entries and clusters. */
  resume(): Promise<void>;
}

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** Keeps its access entries and log in `dir`. */
export async function startEksProcess({ dir }: { dir: string }): Promise<EksProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const clusters = new Map<string, ClusterRegistration>();
  let emulatorUrl: string | undefined;

  async function tell(method: 'PUT' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    const response = await fetch(`${url}/_local/${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    if (!response.ok)
      throw new Error(`The EKS stand-in did not take ${path} (${response.status}): ${await response.text()}`);
  }
  const tellEmulator = () => (emulatorUrl ? tell('PUT', 'emulator', { url: emulatorUrl }) : undefined);

  async function launch(): Promise<Child> {
    const child = await startProcess({
      name: 'The EKS stand-in',
      command: process.execPath,
      args: [program, String(port), join(dir, 'entries.json')],
      logFile: join(dir, 'eks.log'),
    });
    await untilReady(child, 'answering', async () => (await fetch(`${url}/_local/faults`)).ok).catch(
      async (error: unknown) => {
        await child.kill();
        throw error;
      },
    );
    for (const cluster of clusters.values()) await tell('PUT', 'clusters', cluster);
    await tellEmulator();
    return child;
  }

  let child = await launch();
  return {
    url,
    authenticatorUrl: (clusterName) => url + authenticatorPath(clusterName),
    async registerCluster(cluster) {
      clusters.set(cluster.name, cluster);
      await tell('PUT', 'clusters', cluster);
    },
    async useEmulator(newUrl) {
      emulatorUrl = newUrl;
      await tellEmulator();
    },
    addFault: (order) => tell('POST', 'faults', order),
    throttle: (limit) => tell('PUT', 'throttle', limit),
    delay: (of) => tell('PUT', 'propagation', of),
    clearFaults: () => tell('DELETE', 'faults'),
    kill: () => child.kill(),
    async resume() {
      if (!child.alive) child = await launch();
    },
    stop: () => child.stop(),
  };
}
