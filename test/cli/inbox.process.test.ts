/** `curfew inbox` as a process: piped, as JSON, and at a terminal of its own. */
import { spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CliOptions, type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

async function ask(as: 'alice' | 'bob', reason: string): Promise<string> {
  const args = ['request', '--role', 'pod-reader', '--cluster', 'payments-prod', '-n', 'payments'];
  const { stdout, stderr } = await house.cli(
    [...args, '--for', '5m', '--reason', reason, '--ticket', 'INC-1042', '--no-wait', '-o', 'json'],
    { as },
  );
  expect(stderr).not.toMatch(/fault/);
  return JSON.parse(stdout).id;
}

/** util-linux's `script` gives a program a terminal; the BSD one of macOS takes other arguments. */
const hasScript = /util-linux/.test(spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout ?? '');

/** Types each text once its cue was printed; answers with everything that was printed. */
async function atTerminal(args: string, cues: [cue: string, text: string][], options: CliOptions) {
  const command = `stty cols 60 rows 24; exec ${process.execPath} ${house.script} ${args}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    env: { ...house.environment(options), SHELL: '/bin/sh', TERM: 'xterm' },
  });
  let printed = '';
  let seen = 0;
  child.stdout.on('data', (chunk) => {
    printed += chunk;
    const [next] = cues;
    if (!next) return;
    const at = printed.indexOf(next[0], seen);
    if (at < 0) return;
    seen = at + next[0].length;
    cues.shift();
    // Keys that come at once with the question are taken for typed ahead.
    setTimeout(() => child.stdin.write(next[1]), 400);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, printed };
}

describe('curfew inbox', () => {
  it('says that nothing waits', async () => {
    const { code, stdout } = await house.cli(['inbox'], { as: 'rob' });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Nothing waits for you.\n' });
    const json = await house.cli(['inbox', '-o', 'json'], { as: 'alice' });
    expect(JSON.parse(json.stdout)).toEqual({ items: [] });
  });

  it('prints without a terminal all that waits, in full, with the commands that answer', async () => {
    const id = await ask('bob', 'checkout is slow');
    const { code, stdout, stderr } = await house.cli(['inbox'], { as: 'rita' });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const told of [
      'checkout is slow',
      'In short',
      'INC-1042',
      `curfew approve ${id}`,
      `curfew deny ${id}`,
    ])
      expect(stdout).toContain(told);
    const json = JSON.parse((await house.cli(['inbox', '-o', 'json'], { as: 'rita' })).stdout);
    expect(json.items).toMatchObject([{ id, status: 'pending' }]);
    await house.cli(['withdraw', id], { as: 'bob' });
  });

  it.skipIf(!hasScript)('answers at a terminal by key, within its width', async () => {
    const [first, second, third] = [
      await ask('alice', 'payments fail since noon, and nobody knows why; looking at the logs of all pods'),
      await ask('bob', 'second'),
      await ask('alice', 'third'),
    ];
    const { code, printed } = await atTerminal(
      'inbox',
      [
        ['[q] quit', 'a'],
        ['[n] no', 'y'],
        ['[q] quit', 'd'],
        ['(empty: back)', 'Use the dashboard\r'],
        ['[q] quit', 'q'],
      ],
      { as: 'rita' },
    );
    expect(printed).toContain('Approved: pod-reader on payments-prod');
    expect(printed).toContain('Denied: pod-reader');
    expect(printed).toContain('2 answered, 1 left.');
    expect(printed).toContain(third);
    expect(code).toBe(0);
    const { requests } = house.world.inside.records;
    expect(requests.get(first)?.reviews).toMatchObject([{ reviewer: 'rita@example.com', answer: 'approve' }]);
    expect(requests.get(second)?.reviews).toMatchObject([{ reason: 'Use the dashboard' }]);
    expect(requests.get(third)?.reviews).toEqual([]);
    const shown = printed
      .split('\r\n')
      .filter((line) => /^(Reason|Asked by|In short|Allows|Risk)? {2}/.test(line));
    expect(shown.length).toBeGreaterThan(10);
    for (const line of shown) expect(line.length).toBeLessThanOrEqual(60);
  });

  it.skipIf(!hasScript)('ends on Ctrl-C with 130, and has sent nothing', async () => {
    const id = await ask('bob', 'another');
    const { code, printed } = await atTerminal(
      'inbox',
      [
        ['[q] quit', 'a'],
        ['[n] no', '\u0003'],
      ],
      { as: 'rob' },
    );
    expect(code).toBe(130);
    expect(printed).toContain('what was answered stays so');
    expect(house.world.inside.records.requests.get(id)?.reviews).toEqual([]);
  });
});
