/** What `curfew run` says of the end of its access while the command runs: the hint once, and only where access is long. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { after } from '#domain/instant.ts';
import type { RequestView } from '#http/request-view.ts';
import { watchEnd } from '../../cli/running/watch-end.ts';
import type { Session } from '../../cli/session.ts';
import { aRequest } from '../builders/request.ts';

const minute = 60_000;
let said: string[];
let mine: RequestView[];

beforeEach(() => {
  vi.useFakeTimers();
  vi.setSystemTime('2026-11-21T08:00:03.000Z');
  said = [];
  mine = [];
});
afterEach(() => vi.useRealTimers());

const session = {
  terminal: { progress: (line: string) => said.push(line) },
  api: () => ({ list: async () => ({ items: mine }) }),
} as unknown as Session;

const granted = (minutes: number) => aRequest({ status: 'active', asked: { durationSeconds: minutes * 60 } });

function extensionOf(
  { id, grant }: RequestView,
  minutes: number,
  status: 'scheduled' | 'active',
): RequestView {
  const start = grant?.expiresAt ?? '';
  const asked = { extends: id, startsAt: start, durationSeconds: minutes * 60 };
  const request = aRequest({ status, asked });
  if (!request.grant) return request;
  return { ...request, grant: { ...request.grant, expiresAt: after(start, minutes * minute) } };
}

test('long access: five minutes before its end it says once how to extend it, and at its end that it has ended', async () => {
  const request = granted(30);
  watchEnd(session, request);
  await vi.advanceTimersByTimeAsync(24 * minute);
  expect(said).toEqual([]);
  await vi.advanceTimersByTimeAsync(2 * minute);
  expect(said).toEqual([
    expect.stringContaining(`In another terminal it can be extended: curfew extend ${request.id}`),
  ]);
  await vi.advanceTimersByTimeAsync(60 * minute);
  expect(said).toHaveLength(2);
  expect(said[1]).toMatch(/The access ended at .*; the command still runs\./);
});

test('short access ends without a hint', async () => {
  watchEnd(session, granted(14));
  await vi.advanceTimersByTimeAsync(20 * minute);
  expect(said).toEqual([expect.stringContaining('The access ended')]);
});

test('what is being extended already needs no hint, and goes on', async () => {
  const request = granted(30);
  mine = [extensionOf(request, 30, 'scheduled')];
  watchEnd(session, request);
  await vi.advanceTimersByTimeAsync(26 * minute);
  expect(said).toEqual([]);
  mine = [extensionOf(request, 30, 'active')];
  await vi.advanceTimersByTimeAsync(5 * minute);
  expect(said).toEqual([expect.stringContaining('The access goes on until')]);
});

test('nothing is said once the command has ended', async () => {
  watchEnd(session, granted(30))();
  await vi.advanceTimersByTimeAsync(60 * minute);
  expect(said).toEqual([]);
});

test('an API that does not answer then does not end the command', async () => {
  const broken = { ...session, api: () => ({ list: () => Promise.reject(new Error('away')) }) };
  watchEnd(broken as unknown as Session, granted(30));
  await vi.advanceTimersByTimeAsync(60 * minute);
  expect(said).toHaveLength(2);
});
