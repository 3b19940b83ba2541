/** Text in narrow terminals. */
import { expect, it } from 'vitest';
import { pairs } from '../../cli/terminal/table.ts';
import { columnsOf, wrap } from '../../cli/terminal/wrap.ts';

it('breaks at words, and anywhere in what is longer than a line', () => {
  expect(wrap('payments fail since noon', 14)).toEqual(['payments fail', 'since noon']);
  expect(wrap('a 01K9QT3M8G5Z0V1B2C3D4E5F6G b', 10)).toEqual(['a', '01K9QT3M8G', '5Z0V1B2C3D', '4E5F6G b']);
  expect(wrap('支払いが遅い', 6)).toEqual(['支払い', 'が遅い']);
  expect(wrap('as it is', 0)).toEqual(['as it is']);
});

it('puts values beside their names where there is room, and under them where not', () => {
  const list = [
    ['Asked by', 'alice@example.com, 12:00:00 (2m ago)'],
    ['For', '30m'],
  ] as const;
  expect(pairs(list, 0)).toEqual(['Asked by  alice@example.com, 12:00:00 (2m ago)', 'For       30m']);
  expect(pairs(list, 36)).toEqual([
    'Asked by  alice@example.com,',
    '          12:00:00 (2m ago)',
    'For       30m',
  ]);
  expect(pairs(list, 24)).toEqual([
    'Asked by',
    '  alice@example.com,',
    '  12:00:00 (2m ago)',
    'For',
    '  30m',
  ]);
});

it('keeps every line within the terminal, whatever people write', () => {
  const texts = ['x'.repeat(500), 'wörter '.repeat(80), '支払い'.repeat(60), 'مرحبا بالعالم '.repeat(30)];
  for (const text of texts)
    for (const width of [20, 40, 80])
      for (const line of pairs([['Reason', text]], width)) expect(columnsOf(line)).toBeLessThanOrEqual(width);
});
