/** One table: each error name -> HTTP status, CLI exit code, and whether the state machine should try again. */
import { CurfewError } from './errors.ts';

export interface Outcome {
  /** HTTP status of the API's answer. */
  status: number;
  /** Exit code of `curfew`; documented in `curfew --help` and docs/cli.md. */
  exit: number;
  /** Whether trying the same call again can succeed (ASL Retry by name). */
  retry: boolean;
  /** Short title of the RFC 9457 problem. */
  title: string;
}

export const errorTable = {
  InvalidInput: { status: 400, exit: 2, retry: false, title: 'The input is not valid' },
  IdentityRefused: { status: 403, exit: 4, retry: false, title: 'Identity not accepted' },
  NotAllowed: { status: 403, exit: 4, retry: false, title: 'Not allowed' },
  RequestRefused: { status: 403, exit: 5, retry: false, title: 'Refused by policy' },
  RequestNotFound: { status: 404, exit: 6, retry: false, title: 'No such request' },
  LinkUnusable: { status: 410, exit: 6, retry: false, title: 'This link can not be used' },
  WrongStatus: { status: 409, exit: 7, retry: false, title: 'Not possible any more' },
  IdempotencyMismatch: { status: 409, exit: 7, retry: false, title: 'Idempotency key used before' },
  RecordChanged: { status: 409, exit: 7, retry: true, title: 'Changed at the same time' },
  NotApproved: { status: 409, exit: 7, retry: false, title: 'No live approval' },
  AskedAgain: { status: 409, exit: 7, retry: false, title: 'Asked again' },
  ClaimAwaited: { status: 409, exit: 7, retry: false, title: 'Not claimed yet' },
  NotDue: { status: 409, exit: 7, retry: false, title: 'Its time has not come' },
  KillSwitchOn: { status: 409, exit: 7, retry: false, title: 'A kill switch is on' },
  KillNotFound: { status: 404, exit: 6, retry: false, title: 'No such kill order' },
  PasskeyRefused: { status: 403, exit: 4, retry: false, title: 'Passkey not accepted' },
  PasskeyNotFound: { status: 404, exit: 6, retry: false, title: 'No such passkey' },
  EndRequested: { status: 409, exit: 7, retry: false, title: 'An end was requested' },
  EntryBusy: { status: 503, exit: 8, retry: true, title: 'Busy' },
  ForeignAccessEntry: { status: 409, exit: 7, retry: false, title: 'Access entry of someone else' },
  ClusterUnfenced: { status: 503, exit: 8, retry: false, title: 'Cluster is not fenced' },
  ClusterNotReady: { status: 503, exit: 8, retry: false, title: 'Cluster is not onboarded' },
  RoleUndefined: { status: 503, exit: 8, retry: false, title: 'Its role is not made yet' },
  PlanRefused: { status: 403, exit: 4, retry: false, title: 'Plan refused' },
  FenceOpen: { status: 503, exit: 8, retry: true, title: 'Not provable yet' },
  StillStanding: { status: 503, exit: 8, retry: true, title: 'Still standing' },
  Unavailable: { status: 503, exit: 8, retry: true, title: 'A service did not answer' },
} as const satisfies Record<string, Outcome>;

const unknownOutcome: Outcome = { status: 500, exit: 1, retry: true, title: 'Something went wrong' };

/** The outcome of any thrown value; the unknown becomes 500 without detail. */
export function outcomeOf(error: unknown): Outcome {
  if (error instanceof CurfewError && error.name in errorTable) {
    return errorTable[error.name as keyof typeof errorTable];
  }
  return unknownOutcome;
}
