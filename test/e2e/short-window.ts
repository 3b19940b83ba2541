/** A request that its reviewers have only seconds for: submitted into the deployed stack by a catalog with a shorter window. */
import { readFile } from 'node:fs/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DynamoKills } from '#adapters/dynamo-kills.ts';
import { DynamoRecords } from '#adapters/dynamo-records.ts';
import { MemoryClusterLeg } from '#adapters/memory/cluster-leg.ts';
import { MemoryEntries } from '#adapters/memory/entries.ts';
import { StepFunctionsExecutions } from '#adapters/step-functions.ts';
import { randomIds, systemClock } from '#adapters/system.ts';
import { readCatalog } from '#domain/catalog-file.ts';
import { callerOf } from '#domain/identity.ts';
import { noObjection } from '#domain/policy/organisation.ts';
import type { AccessRequest } from '#domain/request.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { submitRequest } from '#operations/submit-request.ts';
import type { E2ePerson } from './person.ts';

/** Only the submission is done here, on the stack's own table and state machine; all that follows is the stack's. */
export async function submitWithWindow(person: E2ePerson, seconds: number): Promise<AccessRequest> {
  const { cloud, session } = person;
  const options = { endpoint: cloud.emulatorUrl, region, credentials: rootKeys };
  const marshallOptions = { removeUndefinedValues: true };
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient(options), { marshallOptions });
  const table = cloud.outputs.TableName ?? '';
  const file = new URL('../../curfew.yaml', import.meta.url);
  const catalog = readCatalog(await readFile(file, 'utf8'));
  const { principal } = await person.api.whoami();
  const { request } = await submitRequest(
    {
      clock: systemClock,
      ids: randomIds,
      catalog: { ...catalog, reviewWindow: seconds },
      settings: { deployment: 'local', region },
      records: new DynamoRecords(documents, table),
      kills: new DynamoKills(documents, table),
      organisation: { judge: async () => noObjection },
      // Asked of roles that aren't ours only.
      entries: new MemoryEntries(),
      clusterLeg: new MemoryClusterLeg(),
      tickets: { read: async () => 'absent' },
      metrics: { count: () => undefined, milliseconds: () => undefined },
      executions: new StepFunctionsExecutions(new SFNClient(options), cloud.outputs.StateMachineArn ?? ''),
    },
    {
      caller: callerOf(principal, session, { trustedSessionNames: [], people: {} }),
      submission: {
        cluster: cloud.cluster.name,
        namespaces: ['payments'],
        role: 'pod-reader',
        duration: 60,
        reason: 'Payments fail since 12:00',
      },
    },
  );
  return request;
}
