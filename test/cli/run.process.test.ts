/** `curfew run`: whatever happens to the command, its access is given back, or it is said that this is not confirmed. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AccessRequest } from '#domain/request.ts';
import { type CliOptions, type Ended, type House, openHouse, type Running } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const wanted = ['run', '--role', 'event-reader', '--for', '5m', '--reason', 'report', '--'];

const run = (command: string[], options?: CliOptions): Promise<Ended> =>
  house.cli([...wanted, ...command], options);
const start = (command: string[], options?: CliOptions): Running =>
  house.start([...wanted, ...command], options);

async function recordOf({ stderr }: Pick<Ended, 'stderr'>): Promise<AccessRequest> {
  const record = await house.world.records.read(/Request (\w{26}):/.exec(stderr)?.[1] ?? '');
  if (!record) throw new Error(`No request in:\n${stderr}`);
  return record;
}

test.concurrent('the command has access by a kubeconfig of its own, which is gone afterwards', async () => {
  const script =
    'echo "$KUBECONFIG"; echo "$CURFEW_REQUEST_ID"; cat "$KUBECONFIG"; ls -l "$KUBECONFIG" | cut -c1-10';
  const ended = await run(['sh', '-c', script]);
  expect(ended.code).toBe(0);
  const [kubeconfig = '', id, ...rest] = ended.stdout.trimEnd().split('\n');
  expect(rest.pop()).toBe('-rw-------');
  const config = JSON.parse(rest.join('\n'));
  expect(config.contexts[0].context.namespace).toBe('payments');
  expect(ended.stdout).not.toMatch(/k8s-aws-v1|secret-of|session-token-of/);
  expect(existsSync(kubeconfig)).toBe(false);
  const record = await recordOf(ended);
  expect(record).toMatchObject({ id, endRequested: { by: 'alice@example.com' } });
  expect(ended.stderr).toContain('Access given back');
});

test.concurrent.each([
  ['its exit code is passed on', ['sh', '-c', 'exit 3'], 3],
  ['a command ended by a signal gives 128 and its number', ['sh', '-c', 'kill -TERM $$'], 143],
  ['a command that is not there gives 127', ['no-such-command'], 127],
  ['a file that is no program gives 126', ['/etc/passwd'], 126],
])('%s, and the access is given back', async (_, command, code) => {
  const ended = await run(command);
  expect(ended.code).toBe(code);
  expect((await recordOf(ended)).endRequested).toBeDefined();
});

test.concurrent('a fault of curfew itself after the grant gives the access back', async () => {
  const ended = await run(['true'], { env: { TMPDIR: '/nonexistent' } });
  expect(ended.code).toBe(1);
  expect((await recordOf(ended)).endRequested).toMatchObject({ reason: 'curfew run was stopped' });
});

test.concurrent.each(['SIGTERM', 'SIGHUP', 'SIGINT'] as const)(
  '%s goes to the command, then the access is given back',
  async (name) => {
    const running = start([
      'sh',
      '-c',
      `trap "echo got it >&2; exit 9" ${name.slice(3)}; echo ready >&2; while :; do sleep 0.05; done`,
    ]);
    await running.said('ready');
    running.kill(name);
    const ended = await running.ended;
    expect(ended.code).toBe(9);
    expect(ended.stderr).toContain('got it');
    expect((await recordOf(ended)).endRequested).toBeDefined();
  },
);

test.concurrent('a command that ignores Ctrl-C gets SIGTERM with the second and SIGKILL with the third', async () => {
  const running = start([
    'sh',
    '-c',
    'trap "echo int >&2" INT; trap "echo term >&2" TERM; echo ready >&2; while :; do sleep 0.05; done',
  ]);
  await running.said('ready');
  running.kill('SIGINT');
  await running.said('int');
  running.kill('SIGINT');
  await running.said('term');
  running.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(137);
  expect((await recordOf(ended)).endRequested).toBeDefined();
});

test.concurrent('Ctrl-C while it waits for approval takes the request back', async () => {
  const running = house.start([
    'run',
    '--role',
    'pod-reader',
    '--cluster',
    'payments-prod',
    '-n',
    'payments',
    '--for',
    '5m',
    '--reason',
    'r',
    '--',
    'true',
  ]);
  await running.said('Asking');
  running.kill('SIGINT');
  const ended = await running.ended;
  expect(ended.code).toBe(130);
  expect((await recordOf(ended)).status).toBe('withdrawn');
});

test.concurrent("a revoke that can not be sent is said to be not confirmed, with what to do; the exit code stays the command's", async () => {
  const via = await house.door(() => undefined);
  const running = start(['sh', '-c', 'echo ready >&2; sleep 0.3; exit 4'], { via });
  await running.said('ready');
  via.intercept = () => ({ status: 503, body: '{"message":"Service Unavailable"}' });
  const ended = await running.ended;
  expect(ended.code).toBe(4);
  expect(ended.stderr).toContain('NOT CONFIRMED that the access is gone');
  const { id, endRequested } = await recordOf(ended);
  expect(ended.stderr).toContain(`curfew revoke ${id}`);
  expect(ended.stderr).toMatch(/ends by itself at \d\d:\d\d:\d\d/);
  expect(endRequested).toBeUndefined();
});

test.concurrent('a revoke whose answer was lost is sent again, not doubted', async () => {
  let cut = 0;
  const via = await house.door(({ path }) =>
    path.endsWith('/revoke') && cut++ === 0 ? 'cut-after' : undefined,
  );
  const ended = await run(['true'], { via });
  expect(cut).toBe(2);
  expect(ended.stderr).toContain('Access given back');
});

test.concurrent('it ends as soon as the cluster refuses, without waiting for the record to be final', async () => {
  let revoked = false;
  const via = await house.door(({ method, path }) => {
    if (path.endsWith('/revoke')) revoked = true;
    // From then on the record can not be read: only the cluster can tell.
    return revoked && method === 'GET' ? 'cut-before' : undefined;
  });
  // Nobody else's: another grant of the same right would hide that this one has ended.
  const ended = await run(['true'], { via, as: 'bob' });
  expect(ended.code).toBe(0);
  expect(ended.stderr).toMatch(/Access given back: payments-prod refuses you again since/);
});

test.concurrent('a yes of the cluster, for another grant of the same right, leaves the word to the record', async () => {
  const other = await house.cli([...wanted.slice(0, -1).with(0, 'request'), '-o', 'json'], { as: 'pat' });
  expect(other.code).toBe(0);
  let hidden = 0;
  let revoked = false;
  const via = await house.door(({ method, path }) => {
    if (path.endsWith('/revoke')) revoked = true;
    // For a while the record can not be read, so that the cluster answers first.
    return revoked && method === 'GET' && hidden++ < 3 ? 'cut-before' : undefined;
  });
  const ended = await run(['true'], { as: 'pat', via });
  expect(hidden).toBeGreaterThan(3);
  expect(ended.stderr).toMatch(/Access given back at \d\d:/);
});

test.concurrent('without a command, and with --output json, nothing is asked for', async () => {
  const via = await house.door(() => undefined);
  expect((await house.cli(['run', '--role', 'event-reader'], { via })).code).toBe(2);
  expect((await house.cli(['run', '-o', 'json', '--role', 'event-reader', '--', 'true'], { via })).code).toBe(
    2,
  );
  expect(via.calls).toEqual([]);
});
