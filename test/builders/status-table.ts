/** The table of ARCHITECTURE.md, written out a second time for the tests: a change there must be a change here. */
import type { Status } from '#domain/request.ts';

export const statusTable: Record<Status, readonly Status[]> = {
  pending: ['approved', 'denied', 'withdrawn', 'timed-out'],
  approved: ['pending', 'scheduled', 'granting', 'withdrawn', 'denied', 'timed-out'],
  scheduled: ['granting', 'withdrawn', 'denied', 'timed-out'],
  granting: ['active', 'revoking'],
  active: ['revoking'],
  revoking: ['revoked', 'failed'],
  denied: [],
  withdrawn: [],
  'timed-out': [],
  revoked: [],
  failed: [],
};
