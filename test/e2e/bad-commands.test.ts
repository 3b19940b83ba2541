/** Commands with bad input: an exit code and words that say what to do, before or after anybody was asked. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import { synthesize } from '#local/emulator/deploy.ts';
import { silentProgress } from '#local/progress.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { ask, askArgs } from './steps.ts';

const cloud = inject('cloud');
let ines: E2ePerson;
let others: string;

beforeAll(async () => {
  const [kurt, person] = await Promise.all([aPerson('kurt'), aPerson('ines')]);
  ines = person;
  ({ id: others } = await ask(kurt));
  await kurt.api.withdraw(others);
});

describe('curfew', () => {
  const durations = /such as 90s, 30m, 2h or 1h30m/;
  const unknown = '01ARZ3NDEKTSV4RRFFQ69G5FAV';
  const request = (...more: string[]) => ['request', ...askArgs(ines), ...more];
  test.concurrent.each<[what: string, args: () => string[], code: number, said: RegExp]>([
    ['request for no time', () => request('--for', '0s'), 2, durations],
    ['request for a time in words', () => request('--for', 'soon'), 2, durations],
    [
      'request with a namespace for another path',
      () => request('-n', '../x'),
      2,
      /namespaces\.\d: .*lower-case/,
    ],
    ['request with a second line in its reason', () => request('--reason', 'a\nb'), 2, /reason: .*one line/],
    [
      'request without all that it takes',
      () => ['request', '--role', 'pod-reader'],
      2,
      /Missing:\n(.*\n)*.*--reason <text>/,
    ],
    [
      'request with an option that there is not',
      () => request('--force'),
      2,
      /unknown option '--force'.*--help/s,
    ],
    [
      'show of what is no id',
      () => ['show', 'nonsense'],
      2,
      /not the id of a request: 26 letters and digits\. `curfew list`/,
    ],
    [
      'show of a request that there is not',
      () => ['show', unknown],
      6,
      /no request 01ARZ.*\n.*`curfew list` shows yours/,
    ],
    [
      'show of a request of others',
      () => ['show', others],
      6,
      /There is no request .*\n.*`curfew list` shows yours/,
    ],
    [
      'approve of a request that there is not',
      () => ['approve', unknown, '--yes'],
      6,
      /`curfew list --open`/,
    ],
    ['revoke of a request that there is not', () => ['revoke', unknown], 6, /`curfew list` shows yours/],
    [
      'list from a bad cursor',
      () => ['list', '--cursor', 'nonsense'],
      2,
      /cursor: Not a cursor of this list/,
    ],
    ['list of more than there can be', () => ['list', '--limit', '0'], 2, /a number from 1 to 1000/],
    [
      'kubeconfig for a cluster that there is not',
      () => ['kubeconfig', '--cluster', 'nope'],
      2,
      /nope.*payments-prod/,
    ],
  ])('%s says what is wrong and what to do', async (_, args, code, said) => {
    const ended = await ines.terminal.run('curfew', args());
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(said) });
    expect(ended.stderr).not.toContain('A fault in curfew itself');
  });

  test.concurrent('tells programs the same on stdout', async () => {
    const { code, stdout } = await ines.terminal.run('curfew', ['show', unknown, '--output', 'json']);
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { name: 'RequestNotFound', exit: 6, details: { requestId: unknown } },
    });
  });
});

test('None of these commands left anything on record', async () => {
  expect(await ines.api.list({ scope: 'mine', limit: 100 })).toEqual({ items: [] });
});

describe('A catalog', () => {
  /** The example's, changed; with the lines that hold a text. */
  async function wrong(name: string, change: (text: string) => string) {
    const text = change(await readFile(new URL('../../curfew.yaml', import.meta.url), 'utf8'));
    const file = join(cloud.dir, `${name}.yaml`);
    await writeFile(file, text);
    const at = (part: string) => `${file}:${text.split('\n').findIndex((line) => line.includes(part)) + 1} `;
    return { file, at };
  }
  const onboard = (file: string) =>
    ines.terminal.run('curfew', ['onboard', '--cluster', 'payments-prod', '--catalog', file]);
  const synth = (catalog: string) =>
    synthesize({
      dir: cloud.dir,
      progress: silentProgress(),
      context: { catalog, mailFrom: 'curfew@example.com' },
    });

  test('that is no YAML is named with its line, by curfew onboard and by cdk synth', async () => {
    const { file, at } = await wrong('no-yaml', (text) => text.replace('version: 1', 'version: [1'));
    // Where it is seen that the list has no end.
    const fault = `The catalog has 1 fault:\n  ${at('clusters:')}Flow sequence`;
    const { code, stderr } = await onboard(file);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(fault) });
    await expect(synth(file)).rejects.toThrow(fault);
  });

  test('with wrong values is named with line and path of each, by curfew onboard and by cdk synth', async () => {
    const { file, at } = await wrong('wrong-values', (text) =>
      text
        .replace('operators:', 'admins: [pat@example.com]\noperators:')
        .replace('maxDuration: 2h', 'maxDuration: soon')
        .replace('duty: networking', 'duty: everything'),
    );
    const faults = [
      'The catalog has 3 faults:',
      `${at('admins:')}admins: Unrecognized key`,
      `${at('maxDuration: soon')}roles.deployer.maxDuration: Write a duration such as 90s, 30m, 2h or 1h30m.`,
      `${at('duty: everything')}roles.network-viewer.duty: Invalid option: expected one of "deployment"`,
    ];
    const { code, stderr } = await onboard(file);
    expect(code).toBe(2);
    const said = await synth(file).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
    for (const fault of faults) for (const words of [stderr, said]) expect(words).toContain(fault);
  });
});
