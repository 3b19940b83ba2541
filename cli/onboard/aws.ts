/** The AWS side of onboarding: the stack's outputs, the cluster in EKS, and its access entries. */
import {
  CloudFormationClient,
  CloudFormationServiceException,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateAccessEntryCommand,
  DeleteAccessEntryCommand,
  DescribeAccessEntryCommand,
  DescribeClusterCommand,
  EKSClient,
  ListAssociatedAccessPoliciesCommand,
  ResourceInUseException,
  ResourceNotFoundException,
} from '@aws-sdk/client-eks';
import { CurfewError, InvalidInput, NotAllowed, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { expired, type Identity } from '../identity.ts';
import type { EntryApi } from './broker-entries.ts';
import { eksClusterOf } from './cluster-access.ts';
import { type Deployment, deploymentOf } from './deployment.ts';

type Signer = Pick<Identity, 'credentials' | 'signInHint'>;

function optionsOf(identity: Signer, region: string) {
  return {
    region,
    credentials: () => identity.credentials(),
    maxAttempts: 4,
    requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
  };
}

/** What a failed call to AWS means for a person. */
function failureOf(error: unknown, attempt: string, identity: Signer): unknown {
  if (error instanceof CurfewError) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: String(error) };
  if (/^(ExpiredToken|ExpiredTokenException|RequestExpired)$/.test(name)) return expired(identity.signInHint);
  if (
    /^(AccessDenied|AccessDeniedException|UnauthorizedOperation|Unauthenticated|UnrecognizedClientException|InvalidClientTokenId)$/.test(
      name,
    )
  ) {
    return new NotAllowed(`You may not ${attempt}: ${message}`, { cause: error });
  }
  return new Unavailable(`Can't ${attempt}: ${message || name}`, { cause: error });
}

/** Reads the deployment from its stack. InvalidInput when there is no such stack. */
export async function readDeployment(stack: string, region: string, identity: Signer): Promise<Deployment> {
  const client = new CloudFormationClient(optionsOf(identity, region));
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: stack }));
    const outputs = Object.fromEntries((Stacks[0]?.Outputs ?? []).map((o) => [o.OutputKey, o.OutputValue]));
    return deploymentOf(outputs, `Stack "${stack}" in ${region}`);
  } catch (error) {
    if (error instanceof CloudFormationServiceException && error.name === 'ValidationError') {
      throw new InvalidInput(
        `There is no stack "${stack}" in ${region}, in the account that you are signed in to. Name it with --stack and --region.`,
        { cause: error },
      );
    }
    throw failureOf(error, `read stack "${stack}"`, identity);
  } finally {
    client.destroy();
  }
}

export interface EksAccount {
  /** See eksClusterOf for what it throws. */
  describeCluster(): Promise<ClusterAddress>;
  entries: EntryApi;
}

export function openEks(eksName: string, region: string, identity: Signer): EksAccount {
  const client = new EKSClient(optionsOf(identity, region));
  const named = { clusterName: eksName };
  const attempt = async <T>(what: string, call: () => Promise<T>): Promise<T> => {
    try {
      return await call();
    } catch (error) {
      throw failureOf(error, what, identity);
    }
  };
  const orNone = <T>(call: Promise<T>) =>
    call.catch((error: unknown) => {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    });
  return {
    describeCluster: () =>
      attempt(`describe EKS cluster ${eksName}`, async () => {
        const described = await orNone(client.send(new DescribeClusterCommand({ name: eksName })));
        return eksClusterOf(described?.cluster, eksName, region);
      }),
    entries: {
      find: (principalArn) =>
        attempt(`read the access entry of ${principalArn}`, async () => {
          const found = await orNone(client.send(new DescribeAccessEntryCommand({ ...named, principalArn })));
          if (!found?.accessEntry) return undefined;
          const { associatedAccessPolicies = [] } = await client.send(
            new ListAssociatedAccessPoliciesCommand({ ...named, principalArn }),
          );
          const { username, kubernetesGroups: groups = [], type } = found.accessEntry;
          const policies = associatedAccessPolicies.map(({ policyArn = '' }) => policyArn);
          return { username, groups, type, policies };
        }),
      create: ({ principalArn, username, tags }) =>
        attempt(`create the access entry of ${principalArn}`, async () => {
          // No idempotency token of our own: after a delete by hand the same one might answer for the old entry.
          const command = new CreateAccessEntryCommand({
            ...named,
            principalArn,
            username,
            tags,
            type: 'STANDARD',
          });
          await client.send(command).catch((error: unknown) => {
            if (!(error instanceof ResourceInUseException)) throw error;
          });
        }),
      remove: (principalArn) =>
        attempt(`delete the access entry of ${principalArn}`, async () => {
          await orNone(client.send(new DeleteAccessEntryCommand({ ...named, principalArn })));
        }),
    },
  };
}
