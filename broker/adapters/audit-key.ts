/** Where an audit event lies in the locked bucket: one object each, in the order of its chain. */
import type { AuditEvent } from '#domain/audit-event.ts';

export function auditKey({ requestId, seq }: Pick<AuditEvent, 'requestId' | 'seq'>): string {
  return `events/${requestId}/${String(seq).padStart(6, '0')}.json`;
}
