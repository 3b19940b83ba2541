/**
 * The way of one execution next to the one that the lifecycle predicts: which call comes after which, told from the error
 * table, from what the calls answered and from the record's status, and never from the definition.
 */
import { errorTable } from '#domain/error-table.ts';
import { isFinal, mayStand } from '#domain/lifecycle.ts';
import type { AccessRequest, Status } from '#domain/request.ts';
import type { Status as ExecutionStatus } from './host.ts';

/** Steps that begin or carry on: what can not be mended by trying again ends them. */
const giving = ['AskReviewers', 'OpenGrant', 'AwaitClaim', 'BindRole', 'DefineRole'];
/** Steps that take away: they try for minutes, whatever goes wrong, and then leave it to the sweep. */
const ending = ['EndGrant', 'UnbindRole', 'CloseGrant'];
const endingTries = 10;

/** Statuses that each function moves a record to; the end that OpenGrant asks for bears its name. */
const moves: Record<string, readonly Status[]> = {
  OpenGrant: ['pending', 'scheduled', 'granting', 'denied', 'timed-out', 'revoking'],
  HoldGrant: ['active'],
  EndGrant: ['revoking', 'denied', 'timed-out'],
  CloseGrant: ['revoked', 'failed'],
};

/** One of which a record has been in once a function has worked. */
const through: Record<string, readonly Status[]> = {
  OpenGrant: ['granting'],
  HoldGrant: ['active'],
  EndGrant: ['revoking', 'denied', 'withdrawn', 'timed-out'],
  CloseGrant: ['revoked', 'failed'],
};

/** A reviewer's no, the requester's change of mind, and the end of the time to answer are answers too. */
const answers = ['Denied', 'Withdrawn', 'States.Timeout'];

function isWorthAnotherTry(state: string, error: string): boolean {
  if (ending.includes(state)) return true;
  if (!giving.includes(state)) return false;
  if ((state === 'AskReviewers' || state === 'AwaitClaim') && answers.includes(error)) return false;
  return error in errorTable ? errorTable[error as keyof typeof errorTable].retry : true;
}

/** What has to come after a step, by its last error and the record then. */
function nextOf(state: string, error: string | undefined, status: Status): string[] {
  switch (state) {
    case 'AskReviewers':
    case 'AwaitClaim':
      return error === 'Denied' || error === 'Withdrawn' ? ['NotGranted'] : ['OpenGrant'];
    case 'OpenGrant':
      if (error === undefined) return ['BindRole'];
      if (error === 'ClaimAwaited') return ['AwaitClaim'];
      if (error === 'NotDue') return ['AwaitStart'];
      if (error === 'AskedAgain') return ['AskReviewers'];
      return error === 'NotApproved' ? ['NotGranted'] : ['EndGrant'];
    case 'AwaitStart':
      return ['OpenGrant'];
    case 'BindRole':
      if (error === 'RoleUndefined') return ['DefineRole'];
      return error === undefined ? ['HoldGrant'] : ['EndGrant'];
    case 'DefineRole':
      return error === undefined ? ['BindRole'] : ['EndGrant'];
    case 'HoldGrant':
      return ['EndGrant'];
    case 'EndGrant':
      if (error !== undefined) return ['HandedToSweep'];
      if (mayStand(status)) return ['UnbindRole'];
      // Somebody else may have closed it meanwhile.
      return status === 'revoked' || status === 'failed' ? ['NotGranted', 'UnbindRole'] : ['NotGranted'];
    case 'UnbindRole':
      return error === undefined ? ['CloseGrant'] : ['HandedToSweep'];
    case 'CloseGrant':
      return error === undefined ? ['the end'] : ['HandedToSweep'];
    default:
      return ['the end'];
  }
}

export class Path {
  readonly #record: () => AccessRequest | undefined;
  readonly #astray: (words: string) => void;
  #at: string | undefined;
  /** Of this visit's calls, in order; undefined for one that worked. */
  #tries: (string | undefined)[] = [];

  /** `astray` is told in words of each step that was not predicted. */
  constructor(record: () => AccessRequest | undefined, astray: (words: string) => void) {
    this.#record = record;
    this.#astray = astray;
  }

  tried(error: string | undefined): void {
    const before = this.#tries.at(-1);
    const state = this.#at ?? '';
    if (before !== undefined && !isWorthAnotherTry(state, before))
      this.#astray(`${state} was tried again after ${before}`);
    this.#tries.push(error);
  }

  entered(state: string): void {
    if (this.#at !== undefined) this.#left(this.#at, state);
    else if (state !== 'AskReviewers') this.#astray(`it began with ${state}`);
    // A choice, not a step: what comes of it is what comes after the step before it.
    if (state === 'IsStanding') return;
    this.#at = state;
    this.#tries = [];
  }

  ended(status: ExecutionStatus): void {
    const at = this.#at ?? '';
    if (status === 'FAILED' && at !== 'HandedToSweep') this.#astray(`it failed in ${at}`);
    if (status === 'SUCCEEDED' && at !== 'NotGranted') this.#left(at, 'the end');
  }

  #left(from: string, to: string): void {
    if (to === 'IsStanding') return;
    const request = this.#record();
    if (!request) {
      this.#astray(`${from} led to ${to} without a record`);
      return;
    }
    const { status, history } = request;
    const error = this.#tries.at(-1);
    const gaveUp = error !== undefined && isWorthAnotherTry(from, error);
    const fewest = ending.includes(from) ? endingTries : 2;
    if (gaveUp && this.#tries.length < fewest)
      this.#astray(`${from} gave up after ${this.#tries.length} tries, the last of which was ${error}`);
    if (!nextOf(from, error, status).includes(to))
      this.#astray(
        `${from}, which ended with ${error ?? 'success'}, led to ${to} while the record is ${status}`,
      );
    if ((to === 'NotGranted' || to === 'AwaitStart' || to === 'AwaitClaim') && mayStand(status))
      this.#astray(`${from} led to ${to} while the record is ${status}`);
    if (from === 'CloseGrant' && to === 'the end' && !isFinal(status))
      this.#astray(`it ended while the record is ${status}`);
    const reached = error === undefined ? through[from] : undefined;
    if (reached && !history.some((change) => reached.includes(change.status)))
      this.#astray(`${from} worked, and the record was never ${reached.join(' or ')}`);
    for (const { by, status: moved } of history) {
      const function_ = by.startsWith('curfew:') ? by.slice('curfew:'.length) : undefined;
      const its = function_ === undefined ? undefined : moves[function_];
      if (its && !its.includes(moved)) this.#astray(`${function_} moved the record to ${moved}`);
    }
  }
}
