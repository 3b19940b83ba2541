/** A grant is held only while there is time left to end it at its instant, nobody asked for its end, and it is not over. */
import { describe, expect, it } from 'vitest';
import { EndRequested } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import type { AccessRequest, Binding } from '#domain/request.ts';
import { hold } from '#domain/transitions/hold.ts';
import { aRecord, aRequest } from '../builders/request.ts';

const { request } = aRecord({ status: 'granting' });
const { expiresAt = '', bindings = [], openedAt = '' } = request.grant ?? {};
const heldAt = (msBeforeEnd: number) =>
  hold(request, { taskToken: 'token', bindings }, after(expiresAt, -msBeforeEnd));

it.each([2_001, 60_000])('with %i ms left it is in force', (ms) => {
  expect(heldAt(ms)?.request.status).toBe('active');
});

it.each([2_000, 1_999, 0, -1])('with %i ms left it is ended at once', (ms) => {
  expect(() => heldAt(ms)).toThrow(EndRequested);
});

describe('long before its end', () => {
  const holding = (before: AccessRequest, read: Binding[] = bindings) =>
    hold(before, { taskToken: 'token', bindings: read }, after(before.grant?.openedAt ?? openedAt, 5_000));

  it.each(['granting', 'active'] as const)(
    'a grant that is %s is ended at once if its end was asked for',
    (status) => {
      const endRequested = { at: openedAt, by: 'alice@example.com', reason: 'done' };
      expect(() => holding(aRequest({ status, changes: { endRequested } }))).toThrow(EndRequested);
    },
  );

  it.each(['revoking', 'revoked', 'failed', 'approved'] as const)(
    'a grant that is %s is not held',
    (status) => {
      expect(() => holding(aRequest({ status }))).toThrow(EndRequested);
    },
  );

  it('a grant in force takes the token of a later hold, and knows it again', () => {
    const active = aRequest({ status: 'active' });
    const held = holding(active)?.request;
    expect(held?.waiting).toMatchObject({ state: 'HoldGrant', taskToken: 'token' });
    expect(held?.grant).toEqual(active.grant);
    expect(held && holding(held)).toBeUndefined();
  });

  it('what was planned has to be deleted, whatever was read back: only UIDs are learnt', () => {
    const read = [
      ...bindings.map((binding) => ({ ...binding, uid: 'uid-1' })),
      { namespace: 'checkout', name: 'curfew-other', uid: 'uid-2' },
    ];
    expect(holding(request, read)?.request.grant?.bindings).toEqual(
      bindings.map((binding) => ({ ...binding, uid: 'uid-1' })),
    );
    expect(holding(request, [])?.request.grant?.bindings).toEqual(bindings);
  });
});
