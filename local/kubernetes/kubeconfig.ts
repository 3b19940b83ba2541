/** The kubeconfig files of a local cluster: for its administrator, and for the API server calling its authenticator. */

import { readFile, writeFile } from 'node:fs/promises';
import { stringify } from 'yaml';
import type { Pki } from './pki.ts';

export interface KubeconfigParts {
  name: string;
  cluster: Record<string, unknown>;
  user: Record<string, unknown>;
}

/** A kubeconfig of one cluster and one user; readable by its owner only, since the user part may hold a key. */
export async function writeKubeconfig(file: string, { name, cluster, user }: KubeconfigParts): Promise<void> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  };
  await writeFile(file, stringify(config), { mode: 0o600 });
}

/** Complete in itself, so that it can be copied elsewhere. */
export async function writeAdminKubeconfig(file: string, name: string, url: string, pki: Pki): Promise<void> {
  const base64 = async (pem: string) => (await readFile(pem)).toString('base64');
  await writeKubeconfig(file, {
    name,
    cluster: { server: url, 'certificate-authority-data': await base64(pki.ca) },
    user: {
      'client-certificate-data': await base64(pki.adminCert),
      'client-key-data': await base64(pki.adminKey),
    },
  });
}
