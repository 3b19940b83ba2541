/** What ticket systems have told, in DynamoDB: written without conditions but for the last end of a ticket, since nothing of it is ever taken back. */
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { digestOf } from '#domain/digest.ts';
import { after, type Instant, instantSchema } from '#domain/instant.ts';
import type { Submission } from '#domain/request.ts';
import type { TicketNote } from '#domain/ticket-ask.ts';
import type { Closing } from '#domain/ticket-closing.ts';
import { deliveriesKeptMs } from '#domain/webhooks/delivery.ts';
import type { ClosedTicket, TakenDelivery, TicketNotes } from '#ports';
import { getItem, queryItems } from './dynamo-queries.ts';
import { epochSeconds, type Item } from './record-items.ts';
import { parseStored } from './stored-request.ts';
import {
  askKey,
  askPartition,
  closedTicketKey,
  closingKey,
  closingPartition,
  deliveryKey,
  table,
} from './table.ts';
import { attempt } from './unavailable.ts';

const storedClosing = z.looseObject({
  ticket: z.string(),
  source: z.string(),
  key: z.string(),
  at: instantSchema,
}) satisfies z.ZodType<Closing>;

/** As submissionSchema has made it, which can't read it a second time: durations are seconds by then. */
const storedSubmission = z.looseObject({
  cluster: z.string(),
  namespaces: z.array(z.string()),
  role: z.string(),
  allow: z.array(z.string()).optional(),
  duration: z.int().positive(),
  reason: z.string(),
  ticket: z.string().optional(),
  startsAt: instantSchema.optional(),
}) satisfies z.ZodType<Submission>;

const about = { source: z.string(), ticket: z.string(), id: z.string() };
const storedAsk = z.union([
  z.looseObject({ ...about, text: z.string() }),
  z.looseObject({
    ...about,
    at: instantSchema,
    person: z.string(),
    user: z.string(),
    submission: storedSubmission,
  }),
]) satisfies z.ZodType<TicketNote>;

/** Notes of closings are rubbish this long after they were done; not done, they stay. */
const doneKeptMs = 24 * 3_600_000;

const askHash = ({ source, ticket, id }: TicketNote): string => digestOf([source, ticket, id]);
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
    const items = await this.#undone('Reading which tickets are closed', closingPartition);
    return items.map((item) => parseStored(storedClosing, item.closing, 'The note of a closed ticket'));
  }

  closingDone(closing: Closing, at: Instant): Promise<void> {
    const item = this.#done(closingKey(hashOf(closing)), at);
    return this.#put('Noting that a closed ticket is followed through', item);
  }

  async keepClosed({ source, ticket, at }: ClosedTicket, now: Instant): Promise<void> {
    const item = {
      ...closedTicketKey(digestOf([source, ticket])),
      closedAt: at,
      [table.expiry]: epochSeconds(after(now, deliveriesKeptMs)),
    };
    const command = new PutCommand({
      TableName: this.#table,
      Item: item,
      ConditionExpression: 'attribute_not_exists(closedAt) OR closedAt < :at',
      ExpressionAttributeValues: { ':at': at },
    });
    await attempt('Keeping when a ticket was closed', async () => {
      await this.#documents.send(command).catch((error: unknown) => {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
      });
    });
  }

  async closedAt({ source, ticket }: Omit<ClosedTicket, 'at'>): Promise<Instant | undefined> {
    const key = closedTicketKey(digestOf([source, ticket]));
    const item = await getItem(this.#documents, 'Reading when a ticket was closed', this.#table, key);
    return item && parseStored(instantSchema, item.closedAt, 'When a ticket was closed');
  }

  noteAsk(ask: TicketNote, at: Instant): Promise<void> {
    return this.#put('Noting what a ticket asks for', { ...askKey(askHash(ask)), ask, notedAt: at });
  }

  async asks(): Promise<TicketNote[]> {
    const items = await this.#undone('Reading what tickets ask for', askPartition);
    return items.map((item) => parseStored(storedAsk, item.ask, 'The note of what a ticket asks for'));
  }

  askDone(ask: TicketNote, at: Instant): Promise<void> {
    return this.#put('Noting that a ticket has asked', this.#done(askKey(askHash(ask)), at));
  }

  #undone(what: string, partition: string): Promise<Item[]> {
    return queryItems(this.#documents, what, {
      TableName: this.#table,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      FilterExpression: 'attribute_not_exists(doneAt)',
      ExpressionAttributeValues: { ':pk': partition },
    });
  }

  #done(key: Item, at: Instant): Item {
    return { ...key, doneAt: at, [table.expiry]: epochSeconds(after(at, doneKeptMs)) };
  }

  async #put(what: string, item: Item): Promise<void> {
    const command = new PutCommand({ TableName: this.#table, Item: item });
    await attempt(what, () => this.#documents.send(command));
  }
}
