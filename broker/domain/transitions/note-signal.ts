/** A signal from outside about a grant, or what is on its way to one: it adds to the risk, and past the limit it ends it. */

import { type Advanced, amend, isFinal } from '../lifecycle.ts';
import { highestRisk } from '../policy/decision.ts';
import type { AccessRequest, Signal } from '../request.ts';
import { requestEnd } from './request-end.ts';

/** 0 to 100: what it was when it was decided, and what signals added since. */
export function riskNow({ decision, signals = [] }: Pick<AccessRequest, 'decision' | 'signals'>): number {
  return Math.min(
    highestRisk,
    signals.reduce((sum, { points }) => sum + points, decision.risk.score),
  );
}

/** Undefined where it is over or ending, or where this signal is on record: one that is repeated counts once. */
export function noteSignal(before: AccessRequest, signal: Signal): Advanced | undefined {
  const { signals = [], status } = before;
  if (isFinal(status) || status === 'revoking' || signals.some(({ name }) => name === signal.name))
    return undefined;
  const { at, by, name, points, note } = signal;
  const reason = note === undefined ? name : `${name}: ${note}`;
  const changes = { signals: [...signals, signal] };
  return amend(before, {
    at,
    actor: by,
    reason,
    type: 'signalled',
    facts: { signal: name, points },
    changes,
  });
}

/** Ends what the risk has grown too high for. Undefined below the limit, and where nobody has approved it yet: a review is to come. */
export function endRisky(
  before: AccessRequest,
  limit: number,
  { at, by }: Pick<Signal, 'at' | 'by'>,
): Advanced | undefined {
  const risk = riskNow(before);
  if (risk < limit || before.status === 'pending') return undefined;
  const names = (before.signals ?? []).map(({ name }) => name).join(', ');
  return requestEnd(before, {
    at,
    by,
    reason: `the risk has grown to ${risk} of ${highestRisk} (${names}); ${limit} is the limit`,
  });
}
