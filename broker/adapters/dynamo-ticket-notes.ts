/** What ticket systems have told, in DynamoDB: written without conditions, since nothing of it is ever taken back. */
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { digestOf } from '#domain/digest.ts';
import { after, type Instant, instantSchema } from '#domain/instant.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import { deliveriesKeptMs } from '#domain/webhooks/delivery.ts';
import type { TakenDelivery, TicketNotes } from '#ports';
import { getItem, queryItems } from './dynamo-queries.ts';
import { epochSeconds, type Item } from './record-items.ts';
import { parseStored } from './stored-request.ts';
import { closingKey, closingPartition, deliveryKey, table } from './table.ts';
import { attempt } from './unavailable.ts';

const storedClosing = z.looseObject({
  ticket: z.string(),
  source: z.string(),
  key: z.string(),
  at: instantSchema,
}) satisfies z.ZodType<Closing>;

/** Notes of closings are rubbish this long after they were done; not done, they stay. */
const doneKeptMs = 24 * 3_600_000;

const hashOf = ({ source, key }: TakenDelivery): string => digestOf([source, key]);

export class DynamoTicketNotes implements TicketNotes {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  constructor(documents: DynamoDBDocumentClient, tableName: string) {
    this.#documents = documents;
    this.#table = tableName;
  }

  async wasTaken(delivery: TakenDelivery): Promise<boolean> {
    const key = deliveryKey(hashOf(delivery));
    const item = await getItem(this.#documents, 'Looking for a delivery', this.#table, key);
    return item !== undefined;
  }

  keepTaken(delivery: TakenDelivery, at: Instant): Promise<void> {
    const expiry = epochSeconds(after(at, deliveriesKeptMs));
    return this.#put('Keeping a delivery', { ...deliveryKey(hashOf(delivery)), [table.expiry]: expiry });
  }

  noteClosing(closing: Closing, at: Instant): Promise<void> {
    return this.#put('Noting a closed ticket', { ...closingKey(hashOf(closing)), closing, notedAt: at });
  }

  async closings(): Promise<Closing[]> {
    const items = await queryItems(this.#documents, 'Reading which tickets are closed', {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'attribute_not_exists(doneAt)',
      ExpressionAttributeValues: { ':pk': closingPartition },
    });
    return items.map((item) => parseStored(storedClosing, item.closing, 'The note of a closed ticket'));
  }

  closingDone(closing: Closing, at: Instant): Promise<void> {
    const expiry = epochSeconds(after(at, doneKeptMs));
    return this.#put('Noting that a closed ticket is followed through', {
      ...closingKey(hashOf(closing)),
      doneAt: at,
      [table.expiry]: expiry,
    });
  }

  async #put(what: string, item: Item): Promise<void> {
    const command = new PutCommand({ TableName: this.#table, Item: item });
    await attempt(what, () => this.#documents.send(command));
  }
}
