/** Durations, and how long until an instant, as reviewers read them. */
import { describe, expect, it } from 'vitest';
import { durationInWords, untilInWords } from '#mail/instant-in-words.ts';

describe('times in words', () => {
  it.each([
    [0, '0 seconds'],
    [1, '1 second'],
    [90, '1 minute 30 seconds'],
    [5400, '1 hour 30 minutes'],
    [7201, '2 hours 1 second'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(durationInWords(seconds)).toBe(words);
  });

  it.each([
    ['2026-11-21T08:00:00.000Z', 'now'],
    ['2026-11-21T07:00:00.000Z', 'now'],
    ['2026-11-21T08:00:59.000Z', 'in 59 seconds'],
    ['2026-11-21T09:30:59.000Z', 'in 1 hour 30 minutes'],
  ])('until %s is %s', (instant, words) => {
    expect(untilInWords('2026-11-21T08:00:00.000Z', instant)).toBe(words);
  });
});
