/** `curfew run`: one command with access, however it ends; before it there is none, and after it there is none. */
import { describe, expect, test } from 'vitest';
import type { RunResult } from '#local/processes.ts';
import { linkIn, press } from '#local/reviewer.ts';
import { bindingsOf } from './insight.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { answerByMail, approveByMail, askArgs, mailAbout, mayGet, until, untilStatus } from './steps.ts';

/** Long enough that nothing ends by itself while a test looks. */
const duration = '1h';

function run(person: E2ePerson, command: string[], onLine: (line: string) => void = () => {}) {
  const args = ['run', ...askArgs(person, { duration }), '--', ...command];
  return person.terminal.run('curfew', args, { timeoutMs: 120_000, onLine });
}

/** The only request of a person, once it is made. */
async function requestOf(person: E2ePerson): Promise<string> {
  const look = async () => (await person.api.list({ scope: 'mine', limit: 1 })).items[0];
  return (await until(`a request by ${person.session}`, look)).id;
}

/** Gone by the time that curfew ends. That the record is closed after that is seen where grants are revoked. */
async function expectGivenBack(person: E2ePerson, id: string, { stderr }: RunResult): Promise<void> {
  expect(await mayGet(person)).not.toBe('yes');
  expect(await bindingsOf(person.cloud, id)).toEqual([]);
  expect(stderr).toContain('Access given back');
  const { request } = await person.api.show(id);
  const reason = 'the command of curfew run has ended';
  expect(request.endRequested).toMatchObject({ by: person.session, reason });
}

const pidIn = (line: string) => Number(/^curfew is (\d+)$/.exec(line)?.[1] ?? 0);

/** Sends curfew itself a signal as soon as its command has said where to and that it has got what it wanted. */
function interrupting(signal: NodeJS.Signals) {
  let pid = 0;
  let told = false;
  return (line: string) => {
    pid ||= pidIn(line);
    if (told || pid === 0 || !line.startsWith('pod/')) return;
    told = process.kill(pid, signal);
  };
}

describe.concurrent('curfew run', () => {
  test.for<[how: string, who: string, command: string[], code: number]>([
    ['went well', 'rosa', ['kubectl', 'get', 'pods', '-o', 'name'], 0],
    [
      'failed in a way of its own',
      'sven',
      // Only what was granted: a secret that could be read would end it with 0.
      ['sh', '-c', 'kubectl get pods -o name && ! kubectl get secrets && exit 7'],
      7,
    ],
  ])(
    'gives access to a command that %s, passes its exit code on, and takes the access back',
    async ([, who, command, code]) => {
      const person = await aPerson(who);
      expect(await mayGet(person)).toBe('unauthorized');
      const running = run(person, command);
      const id = await requestOf(person);
      await approveByMail(person.cloud, id);
      const ended = await running;
      expect(ended).toMatchObject({ code, stdout: 'pod/payments-web-0\n' });
      await expectGivenBack(person, id, ended);
    },
  );

  test('told to stop by SIGINT passes that on to its command, and takes the access back', async () => {
    const person = await aPerson('sina');
    const command =
      'trap "exit 9" INT; echo "curfew is $PPID"; while kubectl get pods -o name; do sleep 1; done';
    const running = run(person, ['sh', '-c', command], interrupting('SIGINT'));
    const id = await requestOf(person);
    await approveByMail(person.cloud, id);
    const ended = await running;
    expect(ended.code).toBe(9);
    await expectGivenBack(person, id, ended);
  });

  test('told to stop while nobody has answered takes the request back, and starts nothing', async () => {
    const person = await aPerson('tess');
    const args = ['run', ...askArgs(person, { duration }), '--', 'echo', 'started'];
    const inBackground = 'curfew "$@" & echo "curfew is $!" >&2; wait $!';
    let pid = 0;
    const running = person.terminal.run('sh', ['-c', inBackground, 'sh', ...args], {
      timeoutMs: 120_000,
      onLine: (line) => {
        pid ||= pidIn(line);
      },
    });
    const id = await requestOf(person);
    const link = linkIn(await mailAbout(person.cloud, id));
    const shown = await (await fetch(link)).text();
    process.kill(pid, 'SIGINT');
    expect(await running).toMatchObject({ code: 130, stdout: '' });
    await untilStatus(person, id, 'withdrawn');
    expect((await press(link, shown, 'approve')).status).toBe(410);
    expect((await person.api.show(id)).request.status).toBe('withdrawn');
    expect(await mayGet(person)).toBe('unauthorized');
  });

  test('that is denied says so and starts nothing', async () => {
    const person = await aPerson('uma');
    const running = run(person, ['echo', 'started']);
    const id = await requestOf(person);
    expect((await answerByMail(person.cloud, id, 'deny')).status).toBe(200);
    expect(await running).toMatchObject({
      code: 5,
      stdout: '',
      stderr: expect.stringContaining('Denied by'),
    });
    expect((await person.api.show(id)).request.status).toBe('denied');
    expect(await mayGet(person)).toBe('unauthorized');
  });
});
