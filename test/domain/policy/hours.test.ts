/** Hours of a week on the clock of a place, across its changes of time. */
import { describe, expect, it } from 'vitest';
import { type Hours, openUntil } from '#domain/policy/hours.ts';

const berlin: Hours = {
  timeZone: 'Europe/Berlin',
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '08:00',
  to: '18:00',
};
const night: Hours = { timeZone: 'Europe/Berlin', days: ['sat'], from: '22:00', to: '06:00' };

describe('hours of a week', () => {
  it.each<[string, Hours, string, string | undefined]>([
    ['the first minute', berlin, '2026-11-20T07:00:00.000Z', '2026-11-20T17:00:00.000Z'],
    ['the last millisecond', berlin, '2026-11-20T16:59:59.999Z', '2026-11-20T17:00:00.000Z'],
    ['the minute before', berlin, '2026-11-20T06:59:59.999Z', undefined],
    ['the minute after', berlin, '2026-11-20T17:00:00.000Z', undefined],
    ['a Saturday', berlin, '2026-11-21T10:00:00.000Z', undefined],
    ['summer, an hour earlier', berlin, '2026-07-01T06:00:00.000Z', '2026-07-01T16:00:00.000Z'],
    ['summer, the minute before', berlin, '2026-07-01T05:59:00.000Z', undefined],
    ['before midnight', night, '2026-11-21T21:30:00.000Z', '2026-11-22T05:00:00.000Z'],
    [
      'past midnight, which belongs to the day before',
      night,
      '2026-11-22T01:00:00.000Z',
      '2026-11-22T05:00:00.000Z',
    ],
    ['past midnight of another day', night, '2026-11-21T01:00:00.000Z', undefined],
    // The night of 24 to 25 October 2026 has 25 hours in Berlin.
    ['a night with an hour more', night, '2026-10-24T21:00:00.000Z', '2026-10-25T05:00:00.000Z'],
    ['a night with an hour less', night, '2026-03-28T22:00:00.000Z', '2026-03-29T04:00:00.000Z'],
  ])('%s', (_, hours, at, until) => expect(openUntil(hours, at)).toBe(until));

  it('that never close reach a day ahead', () => {
    const always: Hours = {
      timeZone: 'UTC',
      days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
      from: '00:00',
      to: '24:00',
    };
    expect(openUntil(always, '2026-11-21T10:00:30.000Z')).toBe('2026-11-22T10:00:00.000Z');
  });
});
