/** An emulator with people and the EKS stand-in, for one test file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EKSClient } from '@aws-sdk/client-eks';
import { type EksOptions, type EksStandIn, startEks } from '#local/eks/stand-in.ts';
import { type Emulator, region, startEmulator } from '#local/emulator/emulator.ts';
import { createPeople, type Person, type SessionCredentials, signIn } from '#local/people.ts';
import { silentProgress } from '#local/progress.ts';

export interface EksCloud {
  dir: string;
  emulator: Emulator;
  eks: EksStandIn;
  /** An EKS client of a person; without retries, so that one call is one call. */
  clientOf(person: Pick<Person, 'session' | 'role'>): Promise<EKSClient>;
  clientWith(credentials: SessionCredentials, attempts?: number): EKSClient;
  stop(): Promise<void>;
}

/** `demo` is registered with an address that nothing listens at. */
export async function startEksCloud(options: EksOptions = {}): Promise<EksCloud> {
  const dir = await mkdtemp(path.join(tmpdir(), 'curfew-eks-'));
  const emulator = await startEmulator({ dir: path.join(dir, 'emulator'), progress: silentProgress() });
  await createPeople(emulator.url);
  const eks = await startEks({ emulatorUrl: emulator.url, ...options });
  eks.registerCluster({ name: 'demo', endpoint: 'https://127.0.0.1:1', caPem: 'not a certificate' });
  const clientWith = (credentials: SessionCredentials, maxAttempts = 1) =>
    new EKSClient({ endpoint: eks.url, region, credentials, maxAttempts });
  return {
    dir,
    emulator,
    eks,
    clientWith,
    clientOf: async (person) => clientWith(await signIn(emulator.url, person)),
    async stop() {
      await eks.stop();
      await emulator.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
