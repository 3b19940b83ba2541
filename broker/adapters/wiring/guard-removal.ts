/** The world of GuardRemoval: the record alone. */
import { environment } from '../environment.ts';
import { recordsAndLedger } from './records.ts';

export function guardRemovalWorld() {
  return recordsAndLedger('revoking', environment(['region', 'table']));
}
