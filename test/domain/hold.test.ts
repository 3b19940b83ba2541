/** A grant is held only while there is time left to end it at its instant. */
import { expect, it } from 'vitest';
import { EndRequested } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import { hold } from '#domain/transitions/hold.ts';
import { aRecord } from '../builders/request.ts';

const { request } = aRecord({ status: 'granting' });
const { expiresAt = '', bindings = [] } = request.grant ?? {};
const heldAt = (msBeforeEnd: number) =>
  hold(request, { taskToken: 'token', bindings }, after(expiresAt, -msBeforeEnd));

it.each([2_001, 60_000])('with %i ms left it is in force', (ms) => {
  expect(heldAt(ms)?.request.status).toBe('active');
});

it.each([2_000, 1_999, 0, -1])('with %i ms left it is ended at once', (ms) => {
  expect(() => heldAt(ms)).toThrow(EndRequested);
});
