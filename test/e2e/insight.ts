/** What tests see and do behind the API, as the account's owner: executions, functions, access entries, RoleBindings, evidence. */
import {
  type AccessEntry,
  DescribeAccessEntryCommand,
  EKSClient,
  ResourceNotFoundException,
} from '@aws-sdk/client-eks';
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { marks } from '#domain/role-binding.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { kubectl } from '#local/kubernetes/kubectl.ts';
import type { CloudFacts } from './cloud.ts';

const asRoot = (endpoint: string) => ({ endpoint, region, credentials: rootKeys });

export const stateMachines = (cloud: CloudFacts) => new SFNClient(asRoot(cloud.emulatorUrl));

export function executionArn(cloud: CloudFacts, requestId: string): string {
  return `${(cloud.outputs.StateMachineArn ?? '').replace(':stateMachine:', ':execution:')}:${requestId}`;
}

export async function executionHistory(cloud: CloudFacts, requestId: string): Promise<HistoryEvent[]> {
  const { events = [] } = await stateMachines(cloud).send(
    new GetExecutionHistoryCommand({ executionArn: executionArn(cloud, requestId), maxResults: 1000 }),
  );
  return events;
}

/** Names of the states that an execution has entered, in order. */
export async function statesEntered(cloud: CloudFacts, requestId: string): Promise<string[]> {
  const events = await executionHistory(cloud, requestId);
  return events.flatMap(({ stateEnteredEventDetails: entered }) => entered?.name ?? []);
}

/** What a state of an execution gave on, as JSON. */
export async function outputOf(cloud: CloudFacts, requestId: string, state: string): Promise<unknown> {
  const events = await executionHistory(cloud, requestId);
  const exited = events.find(({ stateExitedEventDetails: details }) => details?.name === state);
  return JSON.parse(exited?.stateExitedEventDetails?.output ?? 'null');
}

/** Calls the function of a state directly, as nobody but the account's owner can. */
export async function invoke(
  cloud: CloudFacts,
  name: string,
  payload: unknown,
): Promise<{ error?: string; message?: string; result?: unknown }> {
  const lambda = new LambdaClient({ ...asRoot(cloud.emulatorUrl), maxAttempts: 1 });
  const { Functions: functions = [] } = await lambda.send(new ListFunctionsCommand({ MaxItems: 50 }));
  const found = functions.find(({ Description }) => Description === `Curfew: ${name}`);
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: found?.FunctionName, Payload: Buffer.from(JSON.stringify(payload)) }),
  );
  const answer = JSON.parse(Buffer.from(Payload ?? []).toString('utf8'));
  return FunctionError ? { error: answer.errorType, message: answer.errorMessage } : { result: answer };
}

/** The whole access entry as EKS shows it, with its dates; undefined when there is none. */
export async function accessEntry(cloud: CloudFacts, principalArn: string): Promise<AccessEntry | undefined> {
  const eks = new EKSClient(asRoot(cloud.eksUrl));
  try {
    const { accessEntry: entry } = await eks.send(
      new DescribeAccessEntryCommand({ clusterName: cloud.cluster.name, principalArn }),
    );
    return entry;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  }
}

export interface AdminOptions {
  input?: string;
  /** Username to act as. */
  as?: string;
}

/** kubectl as the cluster's administrator. What the cluster refuses is an exit code. */
export function admin(cloud: CloudFacts, args: readonly string[], { input, as }: AdminOptions = {}) {
  return kubectl(cloud.binaries, cloud.cluster.adminKubeconfig, as ? [...args, `--as=${as}`] : args, {
    ...(input === undefined ? {} : { input }),
  });
}

const listed = z.object({
  items: z.array(z.looseObject({ metadata: z.looseObject({ name: z.string(), namespace: z.string() }) })),
});

/** RoleBindings of a grant, `namespace/name`, by their mark and by their name. */
export const bindingsOf = (cloud: CloudFacts, requestId: string) =>
  objectsOf(cloud, 'rolebindings', requestId);

/** Roles that were made for a grant alone. */
export const rolesOf = (cloud: CloudFacts, requestId: string) => objectsOf(cloud, 'roles', requestId);

async function objectsOf(cloud: CloudFacts, kind: string, requestId: string): Promise<string[]> {
  const { code, stdout, stderr } = await admin(cloud, ['get', kind, '-A', '-o', 'json']);
  if (code !== 0) throw new Error(`${kind} can't be listed: ${stderr}`);
  const id = requestId.toLowerCase();
  return listed
    .parse(JSON.parse(stdout))
    .items.filter(({ metadata }) => {
      const labels = metadata.labels as Record<string, string> | undefined;
      return labels?.[marks.request] === id || metadata.name === `curfew-${id}`;
    })
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
}

/** The evidence of a request in the locked bucket, in order. */
export async function shippedEvents(cloud: CloudFacts, requestId: string): Promise<unknown[]> {
  const s3 = new S3Client({ ...asRoot(cloud.emulatorUrl), forcePathStyle: true });
  const Bucket = cloud.outputs.AuditBucket ?? '';
  const { Contents: objects = [] } = await s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = objects.flatMap(({ Key }) => (Key?.includes(requestId) ? [Key] : [])).sort();
  return Promise.all(
    keys.map(async (Key) => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      return JSON.parse((await Body?.transformToString()) ?? 'null');
    }),
  );
}
