/** The DynamoDB document client as Curfew uses it: what JSON can't hold is refused, not guessed. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Purpose, sdkOptions } from './sdk-options.ts';

export function documentClient(purpose: Purpose, region: string): DynamoDBDocumentClient {
  return DynamoDBDocumentClient.from(new DynamoDBClient(sdkOptions(purpose, region)), {
    marshallOptions: { removeUndefinedValues: true },
  });
}
