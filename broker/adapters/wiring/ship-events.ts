/** The world of ShipEvents: from the table to the locked bucket. */
import { environment } from '../environment.ts';
import { s3AuditSink } from '../s3-audit-sink.ts';
import { recordsAndLedger } from './records.ts';

export function shipEventsWorld() {
  const settings = environment(['region', 'table', 'auditBucket']);
  return {
    ...recordsAndLedger('revoking', settings),
    auditSink: s3AuditSink('revoking', settings.region, settings.auditBucket),
  };
}
