/** The end of every story: nothing of a grant stands anywhere, and the record says how it came to that. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { expect } from 'vitest';
import { DynamoLedger } from '#adapters/dynamo-ledger.ts';
import { chainFault } from '#domain/audit-event.ts';
import type { Status } from '#domain/request.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { accessEntry, bindingsOf, rolesOf, shippedEvents } from './insight.ts';
import type { E2ePerson } from './person.ts';
import { mayGet, type Seen, until, untilStatus } from './steps.ts';

/** Where nothing was ever usable: `revoked` when the sweep came first, which can't tell whether a try before it deleted something. */
export const neverUsable: readonly Status[] = ['failed', 'revoked'];

/** Waits for the end of a request that was this person's only one, and looks at all that could be left of it. */
export async function untilNothingStands(
  person: E2ePerson,
  id: string,
  ended: Status | readonly Status[],
  withinMs?: number,
): Promise<Seen> {
  const { cloud } = person;
  const seen = await untilStatus(person, id, ended, withinMs);
  const key = { eksName: cloud.cluster.name, region, principalArn: person.role.arn };
  const documents = DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys }),
  );
  const ledger = new DynamoLedger(documents, cloud.outputs.TableName ?? '');
  expect({
    bindings: await bindingsOf(cloud, id),
    roles: await rolesOf(cloud, id),
    entry: await accessEntry(cloud, person.role.arn),
    item: (await ledger.read(key))?.state ?? 'absent',
    holders: await ledger.holders(key),
    kubectl: await mayGet(person, 'services'),
  }).toEqual({
    bindings: [],
    roles: [],
    entry: undefined,
    item: 'absent',
    holders: [],
    kubectl: expect.not.stringMatching('yes'),
  });
  // An API server remembers a token for 10 s: she is somebody without rights first, and then nobody.
  await until('her to be nobody', async () => (await mayGet(person, 'services')) === 'unauthorized', 30_000);
  await expectTrueRecord(person, seen);
  return seen;
}

/** The chain is whole, and the locked bucket holds the same events. */
export async function expectTrueRecord(
  { cloud }: Pick<E2ePerson, 'cloud'>,
  { request, events }: Seen,
): Promise<void> {
  expect(chainFault(events)).toBeUndefined();
  expect(events.at(-1)?.status).toBe(request.status);
  const shipped = await until(`the evidence of ${request.id} in the bucket`, async () => {
    const objects = await shippedEvents(cloud, request.id);
    return objects.length >= events.length && objects;
  });
  expect(shipped).toEqual(events);
}
