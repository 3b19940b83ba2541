/**
 * One request with all that exists because of it, as a small state machine: the production transitions over a record, and
 * of the world only what they answer for. Any function may run at any time, in any order and any number of times, so
 * every way in which executions, sweeps and repeats can interleave is one of the ways through this.
 */
import { CurfewError } from '#domain/errors.ts';
import { after, type Instant } from '#domain/instant.ts';
import { type Advanced, advance, isFinal, isOpening } from '#domain/lifecycle.ts';
import type { AccessRequest, Grant, Review } from '#domain/request.ts';
import { opensAt } from '#domain/start.ts';
import { answer } from '#domain/transitions/answer.ts';
import { close } from '#domain/transitions/close.ts';
import { end } from '#domain/transitions/end.ts';
import { hold } from '#domain/transitions/hold.ts';
import { open } from '#domain/transitions/open.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import { aCatalog } from '../../builders/catalog.ts';

/** As long as a plan may be carried out: instants fall before, on and after each limit. */
export const tickMs = 30_000;
export const epoch: Instant = '2026-11-21T08:00:00.000Z';
export const atTick = (tick: number): Instant => after(epoch, tick * tickMs);

/** Beyond every look: what lies behind it is as good as never. */
const farthest = atTick(20);

/** What a pause between clocks may hide: UnbindRole waits it out before it takes absence for proof. */
const fenceMarginMs = 2_000;

export interface GrantState {
  record: AccessRequest;
  /** A RoleBinding of it stands. */
  bound: boolean;
  /** Holds its principal's access entry. */
  holds: boolean;
  /** OpenGrant has signed a plan: whoever has it may carry it out, again and late. */
  planned: boolean;
  /** UnbindRole has answered: everything is gone, and whether anything was found. */
  proof: 'none' | 'found' | 'nothing';
}

export const reviewers = ['rita@example.com', 'rob@example.com'] as const;
const catalog = aCatalog();

/** Undefined where the step is refused, or changes nothing. */
type Step = (state: GrantState, now: Instant) => GrantState | undefined;

const moved = (state: GrantState, made: Advanced | undefined): GrantState | undefined =>
  made && { ...state, record: forgetful(made.request) };

const reviewed =
  (reviewer: string, given: 'approve' | 'deny'): Step =>
  (state, at) => {
    const { digest } = state.record;
    const review = { reviewer, answer: given, at, assurance: 'link' as const, digest };
    return moved(state, answer(catalog, state.record, review));
  };

const timedOut: Step = (state, at) => {
  const { status, reviewBy, openBy } = state.record;
  const over = status === 'pending' ? reviewBy : openBy;
  const waits = status === 'pending' || status === 'approved' || status === 'scheduled';
  if (!waits || over === undefined || at < over) return undefined;
  return moved(
    state,
    advance(state.record, 'timed-out', { at, actor: 'curfew:SweepGrants', reason: 'over' }),
  );
};

const scheduled: Step = (state, at) => {
  const due = opensAt(state.record.asked);
  if (state.record.status !== 'approved' || due === undefined || at >= due) return undefined;
  return moved(
    state,
    advance(state.record, 'scheduled', { at, actor: 'curfew:OpenGrant', reason: 'starts later' }),
  );
};

const denied: Step = (state, at) => {
  const { status } = state.record;
  if (status !== 'approved' && status !== 'scheduled') return undefined;
  return moved(state, advance(state.record, 'denied', { at, actor: 'curfew:OpenGrant', reason: 'policy' }));
};

const opened: Step = (state, at) => {
  const { openBy } = state.record;
  return openBy !== undefined && at >= openBy
    ? undefined
    : moved(state, open(state.record, at, 'curfew:OpenGrant'));
};

/** The ledger refuses a hold of what is not opening any more; the plan comes after the hold. */
const entryTaken: Step = (state) => (isOpening(state.record) ? { ...state, holds: true } : undefined);
const planSigned: Step = (state) => (state.holds ? { ...state, planned: true } : undefined);

/** Admission refuses it from create-before on, whoever still carries the plan. */
const boundByPlan: Step = (state, at) =>
  state.planned && at < (state.record.grant?.createBefore ?? '') ? { ...state, bound: true } : undefined;

const held: Step = (state, at) => {
  if (!state.bound || !state.record.grant) return undefined;
  const bindings = state.record.grant.bindings.map((binding) => ({ ...binding, uid: 'uid' }));
  return moved(state, hold(state.record, { taskToken: 'token', bindings }, at));
};

const unbound: Step = (state, at) => {
  const { grant, ending, status } = state.record;
  if (!grant || !ending || status !== 'revoking' || at < ending.notBefore) return undefined;
  const proven = at >= after(grant.createBefore, fenceMarginMs);
  const found = state.bound || state.proof === 'found';
  return { ...state, bound: false, proof: proven ? (found ? 'found' : 'nothing') : state.proof };
};

/** Releases the hold, then closes the record: with its own proof, or with an old one that comes late. */
const closed: Step = (state, at) => {
  if (state.proof === 'none') return undefined;
  const made = close(state.record, { unboundAt: at, found: state.proof === 'found' }, at);
  return made && moved({ ...state, holds: false }, made);
};

const deletedByHand: Step = (state) => (state.bound ? { ...state, bound: false } : undefined);

export const steps: Record<string, Step> = {
  'rita approves': reviewed(reviewers[0], 'approve'),
  'rob approves': reviewed(reviewers[1], 'approve'),
  'rita denies': reviewed(reviewers[0], 'deny'),
  'rob denies': reviewed(reviewers[1], 'deny'),
  withdraws: (state, at) =>
    moved(state, advance(state.record, 'withdrawn', { at, actor: 'alice@example.com', reason: 'withdrawn' })),
  'asks for the end': (state, at) =>
    moved(state, requestEnd(state.record, { at, by: 'alice@example.com', reason: 'done' })),
  'times out': timedOut,
  'is scheduled': scheduled,
  'is refused at grant time': denied,
  opens: opened,
  'takes the entry': entryTaken,
  'is planned': planSigned,
  'is bound': boundByPlan,
  'is held': held,
  'ends by its time': (state, at) => moved(state, end(state.record, at, 'States.Timeout')),
  'ends by a fault': (state, at) => moved(state, end(state.record, at, 'States.TaskFailed')),
  'is unbound': unbound,
  'is closed': closed,
  'is deleted by hand': deletedByHand,
};

/** Refused is one of the outcomes; anything but an expected error is a fault of the model or of the product. */
export function stepped(name: string, state: GrantState, tick: number): GrantState | undefined {
  try {
    return steps[name]?.(state, atTick(tick));
  } catch (error) {
    if (error instanceof CurfewError) return undefined;
    throw error;
  }
}

/** Without what no transition reads (history, version, chain, and when a thing was done) a state is the same state again. */
function forgetful(record: AccessRequest): AccessRequest {
  const at = record.createdAt;
  const { dueAt: _, waiting, endRequested, ending, grant, ...rest } = record;
  return {
    ...rest,
    version: 1,
    updatedAt: at,
    history: [],
    audit: { seq: 1, hash: '' },
    reviews: record.reviews.map((review) => ({ ...review, at })).sort(byReviewer),
    ...(rest.openBy !== undefined && rest.openBy > farthest ? { openBy: farthest } : {}),
    ...(waiting ? { waiting: { ...waiting, since: at } } : {}),
    ...(endRequested ? { endRequested: { ...endRequested, at } } : {}),
    ...(ending ? { ending: { ...ending, since: at, reason: '' } } : {}),
    ...(grant ? { grant: { ...grant, ...marked(grant, at) } } : {}),
  };
}

const byReviewer = (a: Review, b: Review) => (a.reviewer < b.reviewer ? -1 : 1);

/** Whether it was bound, active, unbound counts; when does not. */
function marked({ boundAt, activatedAt, unboundAt }: Grant, at: Instant): Partial<Grant> {
  return {
    ...(boundAt === undefined ? {} : { boundAt: at }),
    ...(activatedAt === undefined ? {} : { activatedAt: at }),
    ...(unboundAt === undefined ? {} : { unboundAt: at }),
  };
}

/** A new request of the model. */
export function begun(record: AccessRequest): GrantState {
  return { record: forgetful(record), bound: false, holds: false, planned: false, proof: 'none' };
}

export function isOver({ record }: GrantState): boolean {
  return isFinal(record.status);
}
