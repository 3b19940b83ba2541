/** The command of a comment: what it says, and all that it may not say (N41, N44, N45, N46). */
import { describe, expect, it } from 'vitest';
import { isCommand, readCommand } from '#domain/asks/command.ts';

describe('a comment', () => {
  it('asks where it begins with /curfew, and nowhere else', () => {
    for (const text of ['/curfew role=x', '/curfew', '/curfew\trole=x', '/curfew\nthanks'])
      expect([text, isCommand(text)]).toEqual([text, true]);
    for (const text of [
      '',
      ' /curfew role=x',
      '> /curfew role=x',
      'try /curfew role=x',
      '/curfews',
      '/CURFEW x',
      '/curfew=1',
      '\n/curfew x',
      '／curfew x',
    ])
      expect([text, isCommand(text)]).toEqual([text, false]);
  });

  it('is read by its first line', () => {
    expect(readCommand('/curfew role=debug ns=payments,web for=30m\n/curfew role=admin\r\nplease')).toEqual({
      role: 'debug',
      namespaces: ['payments', 'web'],
      duration: '30m',
    });
  });

  it('says everything that a request can say, but who it is for and that it is an emergency', () => {
    expect(
      readCommand(
        '/curfew\trole=debug  ns="payments, web" for=30m cluster=staging allow="get,list pods; get pods/log" at=2026-11-21T14:00:00Z reason=“orders are stuck”  ',
      ),
    ).toEqual({
      role: 'debug',
      namespaces: ['payments', 'web'],
      duration: '30m',
      cluster: 'staging',
      allow: ['get,list pods', 'get pods/log'],
      startsAt: '2026-11-21T14:00:00Z',
      reason: 'orders are stuck',
    });
  });

  it.each<[string, string, RegExp]>([
    ['a key that there is none of', '/curfew role=x as=bob@example.com', /There is no "as"/],
    ['a key of objects', '/curfew constructor=x', /There is no "constructor"/],
    ['a person', '/curfew role=x person=bob@example.com', /There is no "person"/],
    ['an emergency', '/curfew role=x breakglass=true', /There is no "breakglass"/],
    ['the same twice', '/curfew role=x role=y', /says role twice/],
    ['the same twice, otherwise written', '/curfew ns=x ns="y"', /says ns twice/],
    ['words', '/curfew please give me debug', /can't be understood/],
    ['an open quote', '/curfew role="x', /can't be understood/],
    ['a quote within', '/curfew role=x"y"', /can't be understood/],
    ['quotes of two kinds', '/curfew role="x”', /can't be understood/],
    ['nothing behind a key', '/curfew role=""', /says nothing behind role=/],
    ['keys in capitals', '/curfew ROLE=x', /can't be understood/],
    ['letters that only look alike (N41)', '/curfew rоle=x', /can't be understood/],
    ['a sign that turns the line around (N41)', '/curfew role=x\u202eyx', /invisible characters/],
    ['a zero-width sign (N41)', '/curfew role=de\u200bbug', /invisible characters/],
    ['a control character', '/curfew role=x\u0007', /invisible characters/],
    ['an escape of a terminal', '/curfew role=x reason="\u001b[2J"', /invisible characters/],
    ['a separator of lines', '/curfew role=x\u2028ns=y', /invisible characters/],
    ['too much (N45)', `/curfew role=${'x'.repeat(700)}`, /too long/],
  ])('that holds %s is a fault, with how it is written', (_, text, words) => {
    expect(readCommand(text)).toEqual({ fault: expect.stringMatching(words) });
    expect(readCommand(text)).toEqual({
      fault: expect.stringContaining('Write it on one line: /curfew role=NAME'),
    });
  });

  it('has no part of it in the words of a fault but a key', () => {
    for (const text of ['/curfew role=x <script>', '/curfew @everyone', `/curfew ${'k'.repeat(300)}=x`]) {
      const { fault = '' } = readCommand(text) as { fault?: string };
      expect(fault).not.toMatch(/script|everyone|k{21}/);
    }
  });

  it('is read in the time that its length takes, whatever it holds', () => {
    const many = `/curfew ${'a=b '.repeat(140)}`;
    expect(readCommand(many)).toEqual({ fault: expect.stringContaining('There is no "a"') });
  });
});
