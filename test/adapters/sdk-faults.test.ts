/** How faults of AWS services become the ports' words: names that the emulator does not produce on demand. */
import { DynamoDBClient, ThrottlingException, TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { GetRoleCommand, IAMClient, IAMServiceException } from '@aws-sdk/client-iam';
import { DynamoDBDocumentClient, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, test } from 'vitest';
import { transact } from '#adapters/dynamo-transaction.ts';
import { IamIdentities } from '#adapters/iam-identities.ts';
import { unavailable } from '#adapters/unavailable.ts';
import { IdentityRefused, RecordChanged, Unavailable } from '#domain/errors.ts';

function cancelled(...codes: string[]): TransactionCanceledException {
  return new TransactionCanceledException({
    $metadata: {},
    message: 'cancelled',
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
}

function transactions() {
  const documents = DynamoDBDocumentClient.from(new DynamoDBClient({ region: 'us-east-1' }));
  const mocked = mockClient(documents);
  return { documents, calls: mocked.on(TransactWriteCommand), mocked };
}

const items = [{ Put: { TableName: 't', Item: { pk: 'a', sk: 'b' } } }];

test('a transaction that met another one is tried again, each time with a new token', async () => {
  const { documents, calls, mocked } = transactions();
  calls
    .rejectsOnce(cancelled('None', 'TransactionConflict'))
    .rejectsOnce(cancelled('TransactionConflict'))
    .resolves({});
  expect(await transact(documents, 'Writing', items)).toBe('done');
  const tokens = mocked
    .calls()
    .map(({ args: [command] }) => (command.input as { ClientRequestToken?: string }).ClientRequestToken);
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(3);
});

test('a transaction that meets others again and again counts as refused', async () => {
  const { documents, calls, mocked } = transactions();
  calls.rejects(cancelled('TransactionConflict'));
  expect(await transact(documents, 'Writing', items)).toBe('refused');
  expect(mocked.calls()).toHaveLength(5);
});

test('a failed condition decides, even beside a conflict', async () => {
  const { documents, calls, mocked } = transactions();
  calls.rejects(cancelled('TransactionConflict', 'ConditionalCheckFailed'));
  expect(await transact(documents, 'Writing', items)).toBe('refused');
  expect(mocked.calls()).toHaveLength(1);
});

test.each([
  cancelled('ThrottlingError'),
  cancelled('ProvisionedThroughputExceeded', 'None'),
  new ThrottlingException({ $metadata: {}, message: 'slow down' }),
  Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }),
])('any other fault is Unavailable: %s', async (fault) => {
  const { documents, calls } = transactions();
  calls.rejects(fault);
  await expect(transact(documents, 'Writing request 01K', items)).rejects.toBeInstanceOf(Unavailable);
});

test('an item that has grown too large is not sent', async () => {
  const { documents, mocked } = transactions();
  const large = [{ Put: { TableName: 't', Item: { pk: 'a', text: 'x'.repeat(300_000) } } }];
  await expect(transact(documents, 'Writing', large)).rejects.toThrow(/300\d{3} bytes/);
  expect(mocked.calls()).toHaveLength(0);
});

test("a service's own text stays out of the message and Curfew's own errors stay what they are", () => {
  const own = new RecordChanged('read it again');
  expect(unavailable('Writing', own)).toBe(own);
  const { message, cause } = unavailable(
    'Writing',
    Object.assign(new Error('key AKIA123 is wrong'), { name: 'InvalidKey' }),
  );
  expect(message).toContain('InvalidKey');
  expect(message).not.toContain('AKIA123');
  expect(cause).toBeInstanceOf(Error);
});

const role = {
  Role: {
    Arn: 'arn:aws:iam::111122223333:role/team/Dev',
    RoleId: 'AROA1',
    Path: '/team/',
    RoleName: 'Dev',
    CreateDate: new Date(),
  },
};

test('a role is read once a minute, and anew after that', async () => {
  const client = new IAMClient({ region: 'us-east-1' });
  const mocked = mockClient(client);
  mocked
    .on(GetRoleCommand)
    .resolvesOnce(role)
    .resolves({ Role: { ...role.Role, RoleId: 'AROA2' } });
  let now = 0;
  const identities = new IamIdentities(client, () => now);
  expect((await identities.role('111122223333', 'Dev')).roleId).toBe('AROA1');
  now = 59_999;
  expect((await identities.role('111122223333', 'Dev')).roleId).toBe('AROA1');
  now = 60_000;
  expect((await identities.role('111122223333', 'Dev')).roleId).toBe('AROA2');
  expect(mocked.calls()).toHaveLength(2);
});

test.each([
  ['AccessDenied', IdentityRefused],
  ['Throttling', Unavailable],
  ['ServiceFailure', Unavailable],
])('IAM answering %s', async (name, expected) => {
  const client = new IAMClient({ region: 'us-east-1' });
  const fault = new IAMServiceException({ name, $fault: 'client', $metadata: {}, message: name });
  mockClient(client).on(GetRoleCommand).rejects(fault);
  await expect(new IamIdentities(client).role('111122223333', 'Dev')).rejects.toBeInstanceOf(expected);
});

test('a role that IAM describes without its id is refused', async () => {
  const client = new IAMClient({ region: 'us-east-1' });
  mockClient(client).on(GetRoleCommand).resolves({});
  await expect(new IamIdentities(client).role('111122223333', 'Dev')).rejects.toBeInstanceOf(IdentityRefused);
});
