/** The clusters to look after, in DynamoDB: an item each, under one key. */

import { DeleteCommand, type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { EksCluster } from '#domain/eks-cluster.ts';
import type { KnownClusters } from '#ports';
import { queryItems } from './dynamo-queries.ts';
import { clusterKey, clusterPartition } from './table.ts';
import { attempt } from './unavailable.ts';

export class DynamoClusters implements KnownClusters {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async list(): Promise<EksCluster[]> {
    const items = await queryItems(this.#documents, 'Listing the clusters', {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': clusterPartition },
    });
    return items.map(({ eksName, region }) => ({ eksName: String(eksName), region: String(region) }));
  }

  async remember({ eksName, region }: EksCluster): Promise<void> {
    const Item = { ...clusterKey(region, eksName), eksName, region };
    const command = new PutCommand({ TableName: this.#table, Item });
    await attempt(`Remembering cluster ${eksName}`, () => this.#documents.send(command));
  }

  async forget({ eksName, region }: EksCluster): Promise<void> {
    const command = new DeleteCommand({ TableName: this.#table, Key: clusterKey(region, eksName) });
    await attempt(`Forgetting cluster ${eksName}`, () => this.#documents.send(command));
  }
}
