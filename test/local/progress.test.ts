/** What a person sees of long work, on a terminal and in a log file. */

import { expect, test, vi } from 'vitest';
import { progressTo, silentProgress, spokenDuration } from '#local/progress.ts';

function paper(isTTY: boolean) {
  let text = '';
  return { isTTY, columns: 40, write: (more: string) => (text += more), text: () => text };
}

const withoutTimes = (text: string) => text.replace(/\d+\.\d s/g, 'N s');

test('in a log a step is a line when it begins, with its reason, and one when it ends', async () => {
  const out = paper(false);
  const progress = progressTo(out);
  const answer = await progress.step('Building', 'once; 4 to 12 minutes', async () => {
    progress.note('by the way');
    await progress.step('Part', () => undefined);
    return 42;
  });
  expect(answer).toBe(42);
  expect(withoutTimes(out.text()).split('\n')).toEqual([
    '… Building (once; 4 to 12 minutes)',
    '  by the way',
    '  … Part',
    '  ✓ Part: N s',
    '✓ Building: N s',
    '',
  ]);
});

test('a step that fails is marked, and its error is passed on', async () => {
  const out = paper(false);
  const failing = progressTo(out).step('Fetching', () => Promise.reject(new Error('404')));
  await expect(failing).rejects.toThrow('404');
  expect(withoutTimes(out.text())).toBe('… Fetching\n✗ Fetching: N s\n');
});

test('a long step gives a sign of life in a log, saying what it does right now', async () => {
  vi.useFakeTimers();
  try {
    const out = paper(false);
    const step = progressTo(out).step('Building', async (detail) => {
      detail('kubectl');
      await vi.advanceTimersByTimeAsync(20_000);
    });
    await step;
    expect(withoutTimes(out.text())).toContain('still at it: Building N s, kubectl\n');
  } finally {
    vi.useRealTimers();
  }
});

test('on a terminal the last line lives within one row and is gone at the end', async () => {
  vi.useFakeTimers();
  try {
    const out = paper(true);
    await progressTo(out).step('Building', async (detail) => {
      detail('a'.repeat(100));
      await vi.advanceTimersByTimeAsync(400);
    });
    const clearLine = '\r\x1b[2K';
    const drawn = out.text().split(clearLine);
    expect(drawn.length).toBeGreaterThan(2);
    expect(drawn.slice(1, -1).every((line) => line.length <= 39)).toBe(true);
    expect(withoutTimes(drawn.at(-1) ?? '')).toBe('✓ Building: N s\n');
  } finally {
    vi.useRealTimers();
  }
});

test('silent progress still does the work', async () => {
  expect(await silentProgress().step('x', () => 1)).toBe(1);
});

test('durations are said as people say them', () => {
  expect([40, 59_900, 59_960, 61_000, 3_599_600].map(spokenDuration)).toEqual([
    '0.0 s',
    '59.9 s',
    '1 min 00 s',
    '1 min 01 s',
    '60 min 00 s',
  ]);
});
