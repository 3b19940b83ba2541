/** Why and when a grant that is to be ended may go: at its expiry where that is the reason, at once for any other. */
import { expect, it } from 'vitest';
import { after } from '#domain/instant.ts';
import { end } from '#domain/transitions/end.ts';
import { aRequest } from '../builders/request.ts';

const active = aRequest({ status: 'active' });
const { openedAt = '', expiresAt = '' } = active.grant ?? {};
const early = after(openedAt, 60_000);
const justBefore = after(expiresAt, -4_000);
const endRequested = { at: early, by: 'alice@example.com', reason: 'done' };

it.each([
  [
    'at its expiry when its hold times out',
    active,
    justBefore,
    'States.Timeout',
    expiresAt,
    'its time is up',
  ],
  [
    'at its expiry when the sweep finds it late',
    active,
    after(expiresAt, 60_000),
    'found by the sweep',
    expiresAt,
    'its time is up',
  ],
  ['at once when its end was asked for', { ...active, endRequested }, early, 'EndRequested', early, 'done'],
  [
    'at once when its end was asked for shortly before its expiry',
    { ...active, endRequested },
    justBefore,
    'EndRequested',
    justBefore,
    'done',
  ],
  [
    'at once when something failed while it was in force',
    active,
    early,
    'Lambda.Unknown',
    early,
    'by a fault (Lambda.Unknown)',
  ],
  [
    'at once when its hold times out long before its time',
    active,
    early,
    'States.Timeout',
    early,
    'by a fault',
  ],
  [
    'at once when it could not be opened',
    aRequest({ status: 'granting' }),
    early,
    'PlanRefused',
    early,
    'by a fault (PlanRefused)',
  ],
] as const)('a grant may go %s', (_, request, at, cause, notBefore, reason) => {
  const ended = end(request, at, cause)?.request;
  expect(ended).toMatchObject({ status: 'revoking', ending: { since: at, notBefore } });
  expect(ended?.ending?.reason).toContain(reason);
});

it.each(['revoking', 'revoked', 'failed', 'denied', 'withdrawn', 'timed-out'] as const)(
  'what is %s is not ended once more',
  (status) => {
    expect(end(aRequest({ status }), early, 'States.Timeout')).toBeUndefined();
  },
);

it.each([
  ['pending', 'timed-out'],
  ['approved', 'denied'],
  ['scheduled', 'denied'],
] as const)('what is %s, of which nothing can stand, is %s', (status, to) => {
  expect(end(aRequest({ status }), early, 'Error')?.request.status).toBe(to);
});
