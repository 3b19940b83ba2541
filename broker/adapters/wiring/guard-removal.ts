/** The world of GuardRemoval: the record alone. */
import { environment } from '../environment.ts';
import { recordsAndLedger, tableOf } from './records.ts';

export function guardRemovalWorld() {
  return recordsAndLedger(tableOf('revoking', environment(['region', 'table'])));
}
