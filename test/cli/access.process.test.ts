/** Getting access with the CLI as a process, against the real app: what is said, on which stream, with which exit code. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const asked = ['--cluster', 'payments-prod', '-n', 'payments', '--for', '5m', '--reason', 'payments fail'];
const podReader = ['request', '--role', 'pod-reader', ...asked];

async function openRequest(): Promise<string> {
  const { stdout } = await house.cli([...podReader, '--no-wait', '-o', 'json']);
  return JSON.parse(stdout).id;
}

test('request waits for the approval, then until the cluster itself lets the caller in', async () => {
  house.cluster.ignorantFor = 1;
  const waiting = house.start([...podReader, '--ticket', 'INC-1042']);
  await waiting.said('Asking rita@example.com and rob@example.com by mail');
  const open = JSON.parse((await house.cli(['list', '--open', '-o', 'json'], { as: 'rita' })).stdout);
  const id = open.items[0].id;
  const tokensBefore = house.cluster.tokens.length;
  const review = await house.cli(['approve', id, '--yes'], { as: 'rita' });
  expect(review).toMatchObject({ code: 0, stderr: '' });
  expect(review.stdout).toMatch(/Access for +alice@example\.com \(only this person/);

  const { code, stdout, stderr } = await waiting.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^You have access until \d\d:\d\d:\d\d \(in [45]m(\d+s)?\)\.\n/);
  expect(stdout).toContain('-n payments get pods\n');
  expect(stderr).toContain('rita@example.com approved.');
  const tokens = house.cluster.tokens.slice(tokensBefore);
  // Unknown once, so another token; then yes twice with that one.
  expect(tokens).toHaveLength(3);
  expect(new Set(tokens).size).toBe(2);
  expect(tokens[1]).toBe(tokens[2]);
});

test.concurrent('with --output json stdout is one document, and progress stays on stderr', async () => {
  const { code, stdout, stderr } = await house.cli([
    'request',
    '--role',
    'event-reader',
    ...asked,
    '-o',
    'json',
  ]);
  expect(code).toBe(0);
  const request = JSON.parse(stdout);
  expect(request).toMatchObject({ status: 'active', asked: { role: 'event-reader', durationSeconds: 300 } });
  expect(Date.parse(request.usableAt)).toBeGreaterThanOrEqual(Date.parse(request.grant.activatedAt));
  expect(stderr).toContain('No review needed.');
});

test.concurrent('a denial ends the waiting with exit code 5 and its reason', async () => {
  const waiting = house.start(podReader);
  await waiting.said('Asking');
  const id = /Request (\w{26}):/.exec(waiting.stderrSoFar())?.[1] ?? '';
  expect((await house.cli(['deny', id, '--reason', 'Use the dashboard.'], { as: 'rob' })).code).toBe(0);
  const { code, stdout, stderr } = await waiting.ended;
  expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
  expect(stderr).toContain('rob@example.com denied: Use the dashboard.');
  expect(stderr).toContain('Nothing was granted.');
});

test('a request nobody answers ends with exit code 5 and says so', async () => {
  const window = house.world.catalog.reviewWindow;
  house.world.catalog.reviewWindow = 2;
  const { code, stderr } = await house.cli(podReader);
  house.world.catalog.reviewWindow = window;
  expect(code).toBe(5);
  expect(stderr).toContain('No answer in time: rita@example.com and rob@example.com did not answer');
});

test.concurrent('what policy refuses ends with exit code 5, the reason, and where it is recorded', async () => {
  const { code, stdout, stderr } = await house.cli([...podReader, '--for', '9h', '-o', 'json']);
  expect(code).toBe(5);
  expect(JSON.parse(stdout)).toMatchObject({ error: { name: 'RequestRefused', exit: 5 } });
  expect(stderr).toMatch(/4h/);
  expect(stderr).toMatch(/The refusal is on record as \w{26}\./);
});

test.concurrent('Ctrl-C while waiting leaves the request open and says how to go on or take it back', async () => {
  const waiting = house.start(podReader);
  await waiting.said('Asking');
  waiting.kill('SIGINT');
  const { code, stderr } = await waiting.ended;
  expect(code).toBe(130);
  const id = /curfew withdraw (\w{26})/.exec(stderr)?.[1] ?? '';
  expect(stderr).toContain(`curfew show ${id} --wait`);
  expect((await house.world.records.read(id))?.status).toBe('pending');

  const again = house.start(['show', id, '--wait']);
  await again.said('Asking');
  expect((await house.cli(['withdraw', id])).stdout).toContain('Withdrawn');
  expect((await again.ended).code).toBe(5);
});

test.concurrent('everything missing is listed at once where nobody can be asked', async () => {
  const { code, stderr } = await house.cli(['request']);
  expect(code).toBe(2);
  for (const option of ['--role', '--cluster', '--namespace', '--for', '--reason'])
    expect(stderr).toContain(option);
});

test.concurrent('what the catalog leaves no choice in need not be given', async () => {
  const given = [
    'request',
    '--role',
    'event-reader',
    '--for',
    '5m',
    '--reason',
    'r',
    '--no-wait',
    '-o',
    'json',
  ];
  const { stdout } = await house.cli(given);
  expect(JSON.parse(stdout).asked).toMatchObject({ cluster: 'payments-prod', namespaces: ['payments'] });
});

test.concurrent('a ticket that the role needs is asked for before anything is sent', async () => {
  const { code, stderr } = await house.cli(['request', '--role', 'deployer', '--for', '5m', '--reason', 'r']);
  expect({ code, asksForTicket: stderr.includes('--ticket') }).toEqual({ code: 2, asksForTicket: true });
});

test.concurrent('the requester can not approve, whichever way', async () => {
  const id = await openRequest();
  const { code, stderr } = await house.cli(['approve', id, '--yes']);
  expect(code).toBe(4);
  expect(stderr).toContain('curfew whoami');
});

test.concurrent('approving needs a yes: without a terminal, --yes', async () => {
  const id = await openRequest();
  const { code, stderr } = await house.cli(['approve', id], { as: 'rita' });
  expect(code).toBe(2);
  expect(stderr).toContain('--yes');
  expect((await house.world.records.read(id))?.reviews).toEqual([]);
});

test.concurrent('a review answers for what was shown: shown something else, it counts for nothing', async () => {
  const id = await openRequest();
  const shown = JSON.parse((await house.cli(['show', id, '-o', 'json'], { as: 'pat' })).stdout);
  shown.request.asked.reason = 'something harmless';
  const via = await house.door(({ method, path }) =>
    method === 'GET' && path.endsWith(id)
      ? { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(shown) }
      : undefined,
  );
  const { code } = await house.cli(['approve', id, '--yes'], { as: 'rita', via });
  expect(code).toBe(7);
  expect((await house.world.records.read(id))?.reviews).toEqual([]);
});

test.concurrent('ids may be typed in lower case or as the RoleBinding is called; others are refused here', async () => {
  const id = await openRequest();
  expect((await house.cli(['show', `curfew-${id.toLowerCase()}`])).stdout).toContain(id);
  const { code, stderr } = await house.cli(['show', 'nonsense']);
  expect({ code, explains: stderr.includes('26 letters and digits') }).toEqual({ code: 2, explains: true });
});

test("somebody else's request is not there: exit code 6", async () => {
  const id = await openRequest();
  expect((await house.cli(['show', id], { as: 'bob' })).code).toBe(6);
});

test('revoke without an id ends the only access, and returns when it is proven gone', async () => {
  const opened = await house.cli(['request', '--role', 'event-reader', ...asked, '-o', 'json'], {
    as: 'bob',
  });
  const { id } = JSON.parse(opened.stdout);
  const revoked = await house.cli(['revoke', '--reason', 'done'], { as: 'bob' });
  expect(revoked.code).toBe(0);
  expect(revoked.stdout).toContain('access ended');
  expect((await house.world.records.read(id))?.status).toBe('revoked');
  expect((await house.cli(['revoke'], { as: 'bob' })).code).toBe(2);
});
