/**
 * What a release leaves behind for the next one: records and events as stored, and the inputs with which its executions
 * go on. One file per release, made once by `record.ts` when it is released, and never changed after that.
 */
import type { AuditEvent } from '#domain/audit-event.ts';
import type { Status } from '#domain/request.ts';

export interface Recorded {
  release: string;
  /** When the release was at this point, on its own clock. */
  at: string;
  status: Status;
  /** The request as the table holds it. */
  record: unknown;
  events: AuditEvent[];
  /** Inputs that an execution of this request may still hand to the steps named so. */
  inputs: Partial<Record<StepName, unknown>>;
}

export type StepName =
  | 'Execution'
  | 'AskReviewers'
  | 'OpenGrant'
  | 'BindRole'
  | 'HoldGrant'
  | 'EndGrant'
  | 'UnbindRole'
  | 'CloseGrant';
