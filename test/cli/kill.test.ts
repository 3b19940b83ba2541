/** Kill orders in words, and the options that a command and those under it both know. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { KillView } from '#http/kill-view.ts';
import { main } from '../../cli/program.ts';
import { clusterLines, killSummary, passWords } from '../../cli/views/kill.ts';

const at = '2026-11-21T09:00:00.000Z';
const pass: KillView['passes'][number] = {
  begunAt: at,
  endedAt: at,
  denied: 2,
  clusters: [
    { cluster: 'us-east-1/payments', found: 3, ended: 1, problem: 'it did not answer\u001b[2J' },
    { cluster: 'us-east-1/orders', found: 1, ended: 1 },
    { cluster: 'us-east-1/empty', found: 0, ended: 0 },
  ],
};
const order: KillView = {
  id: '01KAJ000000000000000000001',
  status: 'killing',
  scope: { kind: 'person', value: 'alice@example.com' },
  by: 'pat@example.com',
  reason: 'laptop stolen\u001b[2J',
  at,
  updatedAt: at,
  passes: [pass],
  passed: 1,
  ended: 4,
};

describe('a kill order in words', () => {
  it('says what was found, ended and still stands, in sum and by cluster', () => {
    expect(passWords(pass)).toBe(
      '4 found, 2 ended, 2 still standing, 2 approved requests denied, trouble on 1 of 3 clusters',
    );
    expect(clusterLines(pass)).toEqual([
      '  us-east-1/payments: 3 found, 1 ended, 2 still standing (it did not answer\\u{1b}[2J)',
      '  us-east-1/orders: 1 found, 1 ended, 0 still standing',
    ]);
  });

  it.each<[string, Partial<KillView>, RegExp]>([
    ['while it goes on', {}, /not yet proven that nothing is left/],
    ['before its first pass', { passes: [] }, /has not begun yet/],
    ['done', { status: 'killed', doneAt: at }, /On\. Nothing is left: 4 ended or denied/],
    [
      'lifted',
      { status: 'lifted', lifted: { at, by: 'petra', reason: 'wiped' } },
      /Lifted by petra .*: wiped/,
    ],
  ])('%s', (_, more, words) => {
    const text = killSummary({ ...order, ...more }).join('\n');
    expect(text).toMatch(words);
    expect(text).toContain('Kill switch for person alice@example.com (01KAJ000000000000000000001), by pat@');
    expect(text).not.toContain('\u001b');
  });
});

describe('curfew kill', () => {
  afterEach(() => vi.restoreAllMocks());

  async function told(...args: string[]): Promise<{ code: number; text: string }> {
    let text = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    });
    return { code: await main(['node', 'curfew', 'kill', ...args]), text };
  }

  it.each([
    [['--everything'], /--reason/],
    [['--reason', 'x'], /one of: --person/],
    [['--person', 'a', '--everything', '--reason', 'x'], /one of: --person/],
    [['--everything', '--reason', 'x'], /Add --yes/],
    [['lift', '01KAJ000000000000000000001'], /--reason/],
    [['lift', 'nonsense', '--reason', 'x'], /not the id of a kill order/],
    [['list', '--limit', '0'], /1 to 100/],
  ])('%j is refused before anything is sent', async (args, words) => {
    const { code, text } = await told(...args);
    expect(code).toBe(2);
    expect(text).toMatch(words);
  });
});
