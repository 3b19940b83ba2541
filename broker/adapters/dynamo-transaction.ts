/** One DynamoDB transaction: carried out, refused by a condition, or unavailable; conflicts are tried again here, briefly. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDBDocumentClient,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { unavailable } from './unavailable.ts';

export type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

/** DynamoDB's limit is 400 KB an item; what is larger than this has grown for a reason that should be looked at. */
const largestItemBytes = 300_000;

/** Another transaction held one of the items for a moment: these many tries, then it counts as changed. */
const conflictTries = 5;

/**
 * 'refused' when a condition failed, or when others kept writing the same items; nothing was written then.
 * Each try has a token of its own, so the SDK's own retries of a lost answer are answered as if they worked now.
 */
export async function transact(
  documents: DynamoDBDocumentClient,
  what: string,
  items: TransactItem[],
): Promise<'done' | 'refused'> {
  for (const { Put } of items) checkSize(what, Put?.Item);
  for (let tried = 1; ; tried++) {
    const codes = await send(documents, what, items);
    if (!codes) return 'done';
    if (codes.includes('ConditionalCheckFailed')) return 'refused';
    if (!codes.includes('TransactionConflict'))
      throw unavailable(what, new Error(`transaction cancelled: ${codes.join(', ')}`));
    if (tried === conflictTries) return 'refused';
    await sleep(20 * 2 ** tried * (0.5 + Math.random()));
  }
}

/** Codes of why it was cancelled; undefined when it was carried out. */
async function send(
  documents: DynamoDBDocumentClient,
  what: string,
  items: TransactItem[],
): Promise<string[] | undefined> {
  try {
    await documents.send(
      new TransactWriteCommand({ TransactItems: items, ClientRequestToken: randomUUID() }),
    );
    return undefined;
  } catch (error) {
    if (!(error instanceof TransactionCanceledException)) throw unavailable(what, error);
    return (error.CancellationReasons ?? []).flatMap(({ Code }) => (Code && Code !== 'None' ? [Code] : []));
  }
}

function checkSize(what: string, item: Record<string, unknown> | undefined): void {
  const bytes = item ? Buffer.byteLength(JSON.stringify(item)) : 0;
  if (bytes > largestItemBytes)
    throw new Error(`${what}: an item would have ${bytes} bytes, more than ${largestItemBytes}.`);
}
