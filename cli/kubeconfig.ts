/** A kubeconfig for one cluster: no credential in it, but the command that signs one when kubectl asks. */
import type { ClusterAddress } from '#domain/plan.ts';
import { selfCommand } from './self.ts';

export interface KubeconfigInput {
  cluster: ClusterAddress;
  /** Name of the context, and of its cluster and user entries. */
  context: string;
  namespace?: string;
  /** AWS profile to sign with; absent = that of the shell kubectl runs in. */
  profile?: string;
}

export interface KubeconfigEntries {
  cluster: { name: string; cluster: { server: string; 'certificate-authority-data': string } };
  context: { name: string; context: { cluster: string; user: string; namespace?: string } };
  user: { name: string; user: { exec: ExecPlugin } };
}

export interface ExecPlugin {
  apiVersion: 'client.authentication.k8s.io/v1';
  command: string;
  args: string[];
  env: { name: string; value: string }[] | null;
  interactiveMode: 'Never';
  provideClusterInfo: false;
  installHint: string;
}

export function kubeconfigEntries(input: KubeconfigInput): KubeconfigEntries {
  const { cluster, context, namespace, profile } = input;
  const self = selfCommand();
  const args = [...self.args, 'token', '--eks-name', cluster.eksName, '--region', cluster.region];
  return {
    cluster: {
      name: context,
      cluster: {
        server: cluster.endpoint,
        'certificate-authority-data': cluster.certificateAuthority,
      },
    },
    context: {
      name: context,
      context: { cluster: context, user: context, ...(namespace ? { namespace } : {}) },
    },
    user: {
      name: context,
      user: {
        exec: {
          apiVersion: 'client.authentication.k8s.io/v1',
          command: self.command,
          args: profile ? [...args, '--profile', profile] : args,
          env: null,
          interactiveMode: 'Never',
          provideClusterInfo: false,
          installHint:
            'curfew is not on the PATH: install it, or run `curfew kubeconfig` again from where it is.',
        },
      },
    },
  };
}

/** A whole kubeconfig with this one context in use; JSON, which is YAML too. */
export function kubeconfigText(input: KubeconfigInput): string {
  const { cluster, context, user } = kubeconfigEntries(input);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [cluster],
    contexts: [context],
    users: [user],
    'current-context': context.name,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
