/** All states of three grants, two reviewers and every class of time: none is wrong, and from each of them the end is reached. */
import { describe, expect, it } from 'vitest';
import { after } from '#domain/instant.ts';
import { dueAt, mayStand } from '#domain/lifecycle.ts';
import { type Asked, requestDigest } from '#domain/request.ts';
import { opensAt } from '#domain/start.ts';
import { aDecision, aRecord } from '../../builders/request.ts';
import { explore, Grants, healed } from './explore.ts';
import { atTick, begun, epoch, type GrantState, isOver, tickMs } from './grant-model.ts';

const lastTick = 9;
const grants = new Grants();

/** One that needs two reviews, one that needs one, and one with a start of its own. */
function request(asked: Partial<Asked>, reviewsNeeded: number): number {
  const { request: made } = aRecord({ createdAt: epoch, asked });
  const reviewBy = after(epoch, 3 * tickMs);
  const decision = aDecision('role:pod-reader', reviewsNeeded);
  return grants.number(begun({ ...made, digest: requestDigest(made), decision, reviewBy }));
}
const begin = [
  request({ durationSeconds: 90 }, 2),
  request({ durationSeconds: 60 }, 1),
  request({ durationSeconds: 60, startsAt: atTick(3) }, 1),
];

function grantFault(state: GrantState, tick: number): string | undefined {
  const { record, bound, holds, proof } = state;
  const { status, grant, reviews, decision } = record;
  const yes = new Set(reviews.filter(({ answer }) => answer === 'approve').map(({ reviewer }) => reviewer));
  const no = reviews.some(({ answer }) => answer === 'deny');
  if (bound && (yes.size < decision.reviewsNeeded || no)) return 'access without a live approval';
  if (bound && !mayStand(status)) return `access while the record says ${status}`;
  if (bound && proof !== 'none') return 'access although it was proven gone';
  if ((bound || holds) && dueAt(record) === undefined) return 'something stands and no end is pending';
  if (isOver(state) && holds) return `an entry is held by what is ${status}`;
  if (status === 'failed' && grant?.boundAt !== undefined) return 'failed although it was usable';
  const opensFrom = opensAt(record.asked);
  if (bound && opensFrom !== undefined && atTick(tick) < opensFrom) return 'access before its start';
  return undefined;
}

const faultOf = (states: readonly GrantState[], tick: number) => {
  for (const state of states) {
    const fault = grantFault(state, tick);
    if (fault !== undefined) return fault;
  }
  return undefined;
};

describe.each(
  begin.map((number, i) => [['two reviews', 'one review', 'a later start'][i] ?? '', number] as const),
)('one grant with %s', (_, number) => {
  it('has no wrong state at all: every one that can be reached was looked at', () => {
    const explored = explore({ grants, begin: [number], lastTick, faultOf });
    expect(explored.faults).toEqual([]);
    expect(explored.states).toBeGreaterThan(1_000);
  });
});

describe('three grants, two reviewers, every class of time', () => {
  const explored = explore({ grants, begin, lastTick, faultOf, most: 2_000_000 });

  it('have more than a million states, and none of them is wrong', () => {
    console.log(
      `explored ${explored.states} states by ${explored.moves} moves; ${grants.states.length} of one grant`,
    );
    expect(explored.faults).toEqual([]);
    expect(explored.states).toBeGreaterThan(1_000_000);
  });

  it('reach the end from every state of each grant, with nothing left of it', () => {
    const stuck = grants.states.flatMap((state, number) => {
      const over = healed(grants, number, lastTick + 100);
      return over && !over.bound && !over.holds ? [] : [JSON.stringify(state)];
    });
    expect(stuck).toEqual([]);
  });

  it('go through every status', () => {
    const met = new Set(grants.states.map(({ record }) => record.status));
    expect([...met].sort()).toEqual(
      [
        'active',
        'approved',
        'denied',
        'failed',
        'granting',
        'pending',
        'revoked',
        'revoking',
        'scheduled',
        'timed-out',
        'withdrawn',
      ].sort(),
    );
  });
});
