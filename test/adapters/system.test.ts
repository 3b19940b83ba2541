/** Clocks and ids, real and virtual. */
import { expect, test } from 'vitest';
import { MemoryClock } from '#adapters/memory/clock.ts';
import { MemoryIds } from '#adapters/memory/ids.ts';
import { randomIds, systemClock } from '#adapters/system.ts';
import { instantSchema } from '#domain/instant.ts';

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;

test('both clocks tell instants with milliseconds', () => {
  expect(instantSchema.safeParse(systemClock.now()).success).toBe(true);
  expect(instantSchema.safeParse(new MemoryClock('2026-11-21T08:00:00.000Z').now()).success).toBe(true);
});

test('sleeping moves the virtual clock by exactly that, and never back', async () => {
  const clock = new MemoryClock('2026-11-21T08:00:00.000Z');
  await clock.sleep(1500);
  await clock.sleep(-10);
  clock.advanceTo('2026-11-21T07:00:00.000Z');
  expect(clock.now()).toBe('2026-11-21T08:00:01.500Z');
  expect(() => clock.advance(-1)).toThrow();
});

test('sleeping on the real clock is over at once for what is past', async () => {
  const before = Date.now();
  await systemClock.sleep(-60_000);
  await systemClock.sleep(30);
  expect(Date.now() - before).toBeGreaterThanOrEqual(29);
});

test.each([
  ['real', randomIds],
  ['sequential', new MemoryIds(new MemoryClock('2026-11-21T08:00:00.000Z'))],
])('%s ids are ULIDs and 256-bit secrets, all different', (_, ids) => {
  const requestIds = Array.from({ length: 200 }, () => ids.requestId());
  const secrets = Array.from({ length: 200 }, () => ids.secret());
  expect(new Set([...requestIds, ...secrets]).size).toBe(400);
  for (const id of requestIds) expect(id).toMatch(ulid);
  for (const secret of secrets) expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
});

test('ids of later milliseconds sort behind earlier ones', () => {
  const clock = new MemoryClock('2026-11-21T08:00:00.000Z');
  const ids = new MemoryIds(clock);
  const first = ids.requestId();
  clock.advance(1);
  expect(ids.requestId() > first).toBe(true);
});
