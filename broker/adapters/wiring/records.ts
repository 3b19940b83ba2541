/** The table's ports on one client. */
import type { World } from '#ports';
import { documentClient } from '../documents.ts';
import { DynamoClusters } from '../dynamo-clusters.ts';
import { DynamoKills } from '../dynamo-kills.ts';
import { DynamoLedger } from '../dynamo-ledger.ts';
import { DynamoRecords } from '../dynamo-records.ts';
import type { Environment } from '../environment.ts';
import type { Purpose } from '../sdk-options.ts';

export function recordsAndLedger(
  purpose: Purpose,
  { region, table }: Environment<'region' | 'table'>,
): Pick<World, 'records' | 'ledger'> {
  const documents = documentClient(purpose, region);
  return { records: new DynamoRecords(documents, table), ledger: new DynamoLedger(documents, table) };
}

/** For those that order, lift and drive kill orders. */
export function killOrders(
  purpose: Purpose,
  { region, table }: Environment<'region' | 'table'>,
): Pick<World, 'kills'> {
  return { kills: new DynamoKills(documentClient(purpose, region), table) };
}

/** For those that look after clusters. */
export function knownClusters(
  purpose: Purpose,
  { region, table }: Environment<'region' | 'table'>,
): Pick<World, 'clusters'> {
  return { clusters: new DynamoClusters(documentClient(purpose, region), table) };
}
