/** The world of ShipEvents: from the table to the locked bucket. */
import { environment } from '../environment.ts';
import { s3AuditSink } from '../s3-audit-sink.ts';
import { recordsAndLedger, tableOf } from './records.ts';

export function shipEventsWorld() {
  const settings = environment(['region', 'table', 'auditBucket']);
  const table = tableOf('revoking', settings);
  return {
    ...recordsAndLedger(table),
    auditSink: s3AuditSink('revoking', settings.region, settings.auditBucket),
  };
}
