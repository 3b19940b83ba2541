/** Canaries: the secrets of a request's life, collected while they live, and looked for where they must not be. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { linkItem } from '#adapters/record-items.ts';
import { requestKey } from '#adapters/table.ts';
import type { ReviewLink } from '#domain/review-link.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { linkIn } from '#local/reviewer.ts';
import type { CloudFacts } from './cloud.ts';
import { mailsAbout } from './steps.ts';

const documents = (cloud: CloudFacts) =>
  DynamoDBDocumentClient.from(
    new DynamoDBClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys }),
  );
const TableName = (cloud: CloudFacts) => cloud.outputs.TableName ?? '';

/** The task token that a request waits with right now. */
export async function taskTokenOf(cloud: CloudFacts, requestId: string): Promise<string> {
  const { Item } = await documents(cloud).send(
    new GetCommand({ TableName: TableName(cloud), Key: requestKey(requestId), ConsistentRead: true }),
  );
  const token = Item?.record?.waiting?.taskToken;
  if (typeof token !== 'string') throw new Error(`Request ${requestId} waits with no task token.`);
  return token;
}

/** Secrets in the links that were mailed about a request. */
export async function linkSecretsOf(cloud: CloudFacts, requestId: string): Promise<string[]> {
  return (await mailsAbout(cloud, requestId)).map((mail) => linkIn(mail).split('/').at(-1) ?? '');
}

/** The whole table, as text. */
export async function tableText(cloud: CloudFacts): Promise<string> {
  const items: unknown[] = [];
  for (let ExclusiveStartKey: Record<string, unknown> | undefined; ; ) {
    const page = await documents(cloud).send(
      new ScanCommand({ TableName: TableName(cloud), ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) }),
    );
    items.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
    if (!ExclusiveStartKey) return JSON.stringify(items);
  }
}

/** Puts a link into the table as AskReviewers does, for a reviewer whom it would never mail. */
export async function plantLink(cloud: CloudFacts, link: ReviewLink): Promise<void> {
  await documents(cloud).send(new PutCommand({ TableName: TableName(cloud), Item: linkItem(link) }));
}
