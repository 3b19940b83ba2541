/** The table's ports, all of a function's on one client: each client would open connections of its own. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { World } from '#ports';
import { documentClient } from '../documents.ts';
import { DynamoClusters } from '../dynamo-clusters.ts';
import { DynamoKills } from '../dynamo-kills.ts';
import { DynamoLedger } from '../dynamo-ledger.ts';
import { DynamoPasskeys } from '../dynamo-passkeys.ts';
import { DynamoRecords } from '../dynamo-records.ts';
import { DynamoTicketNotes } from '../dynamo-ticket-notes.ts';
import { DynamoUsage } from '../dynamo-usage.ts';
import type { Environment } from '../environment.ts';
import type { Purpose } from '../sdk-options.ts';

interface Table {
  documents: DynamoDBDocumentClient;
  name: string;
}

export function tableOf(purpose: Purpose, { region, table }: Environment<'region' | 'table'>): Table {
  return { documents: documentClient(purpose, region), name: table };
}

export function recordsAndLedger({ documents, name }: Table): Pick<World, 'records' | 'ledger'> {
  return { records: new DynamoRecords(documents, name), ledger: new DynamoLedger(documents, name) };
}

/** For those that order, lift and drive kill orders. */
export function killOrders({ documents, name }: Table): Pick<World, 'kills'> {
  return { kills: new DynamoKills(documents, name) };
}

/** For those that let reviewers answer. */
export function passkeysOf({ documents, name }: Table): Pick<World, 'passkeys'> {
  return { passkeys: new DynamoPasskeys(documents, name) };
}

/** For those that hear of tickets, and those that go on with what was heard. */
export function ticketNotes({ documents, name }: Table): Pick<World, 'ticketNotes'> {
  return { ticketNotes: new DynamoTicketNotes(documents, name) };
}

/** For those that trace what is done with grants, and those that show it. */
export function usageOf({ documents, name }: Table): Pick<World, 'usage'> {
  return { usage: new DynamoUsage(documents, name) };
}

/** For those that look after clusters. */
export function knownClusters({ documents, name }: Table): Pick<World, 'clusters'> {
  return { clusters: new DynamoClusters(documents, name) };
}
