/** `--at`: the forms in which a start is written, each said back in one zone, and everything else refused. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { InvalidInput } from '#domain/errors.ts';
import { parseStart, startInZone } from '../../cli/start-time.ts';

const zone = process.env.TZ;
beforeEach(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

/** 13:00 in Berlin. */
const now = new Date('2026-11-21T12:00:00.000Z');

describe('a start', () => {
  it.each([
    ['14:30', '2026-11-21T13:30:00.000Z'],
    ['13:00:01', '2026-11-21T12:00:01.000Z'],
    ['13:00', '2026-11-22T12:00:00.000Z'],
    ['9:05', '2026-11-22T08:05:00.000Z'],
    ['00:00', '2026-11-21T23:00:00.000Z'],
    ['+2h', '2026-11-21T14:00:00.000Z'],
    ['+20s', '2026-11-21T12:00:20.000Z'],
    ['2026-11-21T14:30:00Z', '2026-11-21T14:30:00.000Z'],
    ['2026-11-21T14:30+01:00', '2026-11-21T13:30:00.000Z'],
  ])('written %s is %s', (text, instant) => {
    expect(parseStart(text, now)).toBe(instant);
  });

  it.each([
    ['24:00', 'no such time of day'],
    ['12:60', 'no such time of day'],
    ['tomorrow', 'Write 14:30'],
    ['14', 'Write 14:30'],
    ['2pm', 'Write 14:30'],
    ['+0s', 'how far ahead'],
    ['+soon', 'how far ahead'],
    ['2026-11-21T14:30:00', 'Say in which zone'],
    ['2026-11-21T14:30', 'Say in which zone'],
    ['2026-02-30T14:30:00Z', 'Write 14:30'],
    ['2026-11-21T11:59:00Z', 'leave --at out'],
  ])('written %s is refused, and says what to write', (text, why) => {
    expect(() => parseStart(text, now)).toThrow(InvalidInput);
    expect(() => parseStart(text, now)).toThrow(why);
  });

  it('shows what it refuses, and does not obey it', () => {
    expect(() => parseStart('\u001b[2J', now)).toThrow('--at \\u{1b}[2J:');
  });

  it('in the hour that clocks leave out in spring is refused', () => {
    const evening = new Date('2027-03-27T20:00:00.000Z');
    expect(() => parseStart('02:30', evening)).toThrow('leave that time out');
    expect(parseStart('03:30', evening)).toBe('2027-03-28T01:30:00.000Z');
  });

  it('is said back with the zone as it is then, not now', () => {
    expect(startInZone('2026-11-21T13:30:00.000Z', now)).toBe(
      '14:30:00 (in 1h30m; Europe/Berlin, UTC+01:00)',
    );
    expect(startInZone('2027-03-28T01:30:00.000Z', new Date('2027-03-27T20:00:00.000Z'))).toBe(
      '28 Mar 03:30:00 (in 5h30m; Europe/Berlin, UTC+02:00)',
    );
  });
});
