/** Makes a local Kubernetes cluster one of EKS: registered, with what stands for access policies, and its admins let in. */
import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  EKSClient,
  ResourceInUseException,
} from '@aws-sdk/client-eks';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import type { LocalCluster } from '#local/kubernetes/cluster.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import { clusterAdminBinding, clusterAdminPolicyArn } from './access-policies.ts';
import type { EksStandIn } from './stand-in.ts';

/**
 * Fine to repeat, for a kept cluster that has come up at another address. `admins` are the ARNs of principals that get
 * AmazonEKSClusterAdminPolicy, as a platform team's own setup would give it.
 */
export async function joinEks(of: {
  eks: EksStandIn;
  cluster: LocalCluster;
  binaries: { kubectl: string };
  admins?: readonly string[];
}): Promise<void> {
  const { eks, cluster, binaries, admins = [] } = of;
  eks.registerCluster({ name: cluster.name, endpoint: cluster.url, caPem: cluster.caPem });
  const applied = await kubectl(binaries, cluster.adminKubeconfig, ['apply', '-f', '-'], {
    input: JSON.stringify(clusterAdminBinding),
  });
  if (applied.code !== 0)
    throw new Error(`Cluster ${cluster.name} can't be set up: ${applied.stderr.trim()}`);

  const client = new EKSClient({ endpoint: eks.url, region, credentials: rootKeys });
  for (const principalArn of admins) {
    const named = { clusterName: cluster.name, principalArn };
    await client.send(new CreateAccessEntryCommand(named)).catch((error: unknown) => {
      if (!(error instanceof ResourceInUseException)) throw error;
    });
    const accessScope = { type: 'cluster' } as const;
    await client.send(
      new AssociateAccessPolicyCommand({ ...named, policyArn: clusterAdminPolicyArn, accessScope }),
    );
  }
}
