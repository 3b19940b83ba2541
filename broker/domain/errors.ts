/** Expected failures as named classes. `error-table.ts` maps each name to HTTP status, exit code and retry. */

export interface FailureOptions {
  cause?: unknown;
  /** Facts for the reader: safe to show, never a secret, token or link. */
  details?: Record<string, unknown>;
}

export abstract class CurfewError extends Error {
  readonly details: Record<string, unknown>;
  constructor(message: string, options: FailureOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details ?? {};
  }
}

/** Input that does not parse; details.faults lists every one as {path, message}. */
export class InvalidInput extends CurfewError {
  override readonly name = 'InvalidInput';
}
/** The caller can't be known well enough: not an IAM role session, or its role can't be read. */
export class IdentityRefused extends CurfewError {
  override readonly name = 'IdentityRefused';
}
/** Known caller, but not theirs to do: self-review, not a reviewer, not the requester. */
export class NotAllowed extends CurfewError {
  override readonly name = 'NotAllowed';
}
export class RequestNotFound extends CurfewError {
  override readonly name = 'RequestNotFound';
}
/** A review link that is unknown, used, expired or for another version of the request. */
export class LinkUnusable extends CurfewError {
  override readonly name = 'LinkUnusable';
}
/** Policy refuses; details.reasons says why, details.requestId where it is recorded. */
export class RequestRefused extends CurfewError {
  override readonly name = 'RequestRefused';
}
/** The request's status does not allow this (already decided, already over). */
export class WrongStatus extends CurfewError {
  override readonly name = 'WrongStatus';
}
/** The same idempotency key was used with another body. */
export class IdempotencyMismatch extends CurfewError {
  override readonly name = 'IdempotencyMismatch';
}
/** The record changed between read and write: read again and decide anew. */
export class RecordChanged extends CurfewError {
  override readonly name = 'RecordChanged';
}
/** OpenGrant finds no live approval of exactly this digest: nothing is granted. */
export class NotApproved extends CurfewError {
  override readonly name = 'NotApproved';
}
/** What was approved has changed: its reviewers are asked again, and nothing is granted until they have answered. */
export class AskedAgain extends CurfewError {
  override readonly name = 'AskedAgain';
}
/** Approved, and its time has not come: the state machine waits until it has. */
export class NotDue extends CurfewError {
  override readonly name = 'NotDue';
}
/** Approved, and the person it is for has not signed for it: the state machine waits until they have. */
export class ClaimAwaited extends CurfewError {
  override readonly name = 'ClaimAwaited';
}
/** A kill switch covers the request: nothing is granted until an operator lifts it. */
export class KillSwitchOn extends CurfewError {
  override readonly name = 'KillSwitchOn';
}
export class KillNotFound extends CurfewError {
  override readonly name = 'KillNotFound';
}
/** A passkey that doesn't show that its person approves exactly this: another site's, person's or request's, copied, or revoked. */
export class PasskeyRefused extends CurfewError {
  override readonly name = 'PasskeyRefused';
}
export class PasskeyNotFound extends CurfewError {
  override readonly name = 'PasskeyNotFound';
}
/** An end was requested before the grant became active. */
export class EndRequested extends CurfewError {
  override readonly name = 'EndRequested';
}
/** Another call is deleting this access entry right now: try again shortly. */
export class EntryBusy extends CurfewError {
  override readonly name = 'EntryBusy';
}
/** An access entry that Curfew did not make stands in the way; details.command mends it. */
export class ForeignAccessEntry extends CurfewError {
  override readonly name = 'ForeignAccessEntry';
}
/** The cluster's admission policies do not refuse what they must: no grants there. */
export class ClusterUnfenced extends CurfewError {
  override readonly name = 'ClusterUnfenced';
}
/** The cluster is not onboarded for this: role missing, changed, or broker rights missing. */
export class ClusterNotReady extends CurfewError {
  override readonly name = 'ClusterNotReady';
}
/** The Role that BindRole is to bind is still to be made, by DefineRole. */
export class RoleUndefined extends CurfewError {
  override readonly name = 'RoleUndefined';
}
/** BindRole or DefineRole was handed a plan that OpenGrant did not sign, or that is too late to carry out. */
export class PlanRefused extends CurfewError {
  override readonly name = 'PlanRefused';
}
/** A RoleBinding of ours may still appear: absence can't be proven before its create-before has passed. */
export class FenceOpen extends CurfewError {
  override readonly name = 'FenceOpen';
}
/** A revoke step read back and the thing is still there. */
export class StillStanding extends CurfewError {
  override readonly name = 'StillStanding';
}
/** A service did not answer or answered with a fault that may pass: retry. */
export class Unavailable extends CurfewError {
  override readonly name = 'Unavailable';
}
