/** The table's two ports on one client. */
import type { World } from '#ports';
import { documentClient } from '../documents.ts';
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
