/** Access that starts later, and access that goes on, with the CLI as a process against the real app. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse, type Running } from './house.ts';
import type { PersonName } from './people.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const place = ['--cluster', 'payments-prod', '-n', 'payments', '--reason', 'payments fail'];
const podReader = ['request', '--role', 'pod-reader', ...place];
const eventReader = ['request', '--role', 'event-reader', ...place];

async function idIn(running: Running): Promise<string> {
  await running.said('Request ');
  await running.said('Asking');
  return /Request (\w{26}):/.exec(running.stderrSoFar())?.[1] ?? '';
}

async function access(as: PersonName, duration = '5m'): Promise<string> {
  const running = house.start([...podReader, '--for', duration, '-o', 'json'], { as });
  await house.cli(['approve', await idIn(running), '--yes'], { as: 'rita' });
  return JSON.parse((await running.ended).stdout).id;
}

const statusOf = async (id: string) => (await house.world.records.read(id))?.status;

async function untilStatus(id: string, wanted: string): Promise<void> {
  while ((await statusOf(id)) !== wanted) await new Promise((resolve) => setTimeout(resolve, 25));
}

test('a later start is said back with its zone; approved, it says when it starts and ends, and returns', async () => {
  const waiting = house.start([...podReader, '--for', '30m', '--at', '+2h'], {
    env: { TZ: 'Europe/Berlin' },
  });
  const id = await idIn(waiting);
  expect(waiting.stderrSoFar()).toMatch(
    /for 30m, from (\d+ \w+ )?\d\d:\d\d:\d\d \(in [12]h(\d+m)?; Europe\/Berlin, UTC\+0[12]:00\)\.\n/,
  );
  await house.cli(['approve', id, '--yes'], { as: 'rita' });
  const { code, stdout, stderr } = await waiting.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Your access starts .* \(in [12]h(\d+m)?\) and ends .* \(in 2h(\d+m)?\)\.\n/);
  expect(stdout).toContain(`curfew withdraw ${id}`);
  expect(stderr).toMatch(/Approved\. Access from .* until .*\.\n/);
  expect(stderr).not.toContain('in place');

  const shown = (await house.cli(['show', id])).stdout;
  expect(shown).toMatch(/Status +scheduled: approved; access from .* until /);
  expect(shown).toMatch(/Window +from .* until .*; UTC\n/);
  const listed = (await house.cli(['list'])).stdout;
  expect(listed).toMatch(new RegExp(`${id}  scheduled +starts in [12]h.* 30m from `));
  expect(listed).not.toContain('EXTENDS');

  expect((await house.cli(['withdraw', id])).code).toBe(0);
  expect(await statusOf(id)).toBe('withdrawn');
});

test('with --output json a later start is one document, scheduled', async () => {
  const { code, stdout } = await house.cli([...eventReader, '--for', '5m', '--at', '+1h', '-o', 'json']);
  expect(code).toBe(0);
  const request = JSON.parse(stdout);
  expect(request).toMatchObject({ status: 'scheduled', asked: { durationSeconds: 300 } });
  expect(request).not.toHaveProperty('usableAt');
  await house.cli(['withdraw', request.id]);
});

test('with --wait it waits for its start, and then until it works', async () => {
  const { code, stdout, stderr } = await house.cli(
    [...eventReader, '--for', '1m', '--at', '+2s', '--wait', '-o', 'json'],
    { as: 'bob' },
  );
  expect(code).toBe(0);
  expect(stderr).toContain('No review needed. Access from');
  const request = JSON.parse(stdout);
  expect(request.status).toBe('active');
  expect(Date.parse(request.usableAt)).toBeGreaterThanOrEqual(Date.parse(request.asked.startsAt));
  expect(request.grant.openedAt >= request.asked.startsAt).toBe(true);
  await house.cli(['revoke', request.id], { as: 'bob' });
});

test('Ctrl-C while it waits for a start says that it is approved, and how to take it back', async () => {
  const waiting = house.start([...eventReader, '--for', '5m', '--at', '+1h', '--wait']);
  await waiting.said('No review needed.');
  waiting.kill('SIGINT');
  const { code, stderr } = await waiting.ended;
  expect(code).toBe(130);
  expect(stderr).toMatch(/Stopped waiting\. The request is approved: from .* until /);
  expect(stderr).toMatch(/Take it back: +curfew withdraw \w{26}/);
});

test.concurrent.each([
  ['tomorrow', 'Write 14:30'],
  ['2026-11-21T14:30', 'Say in which zone'],
  ['2020-01-01T00:00:00Z', 'leave --at out'],
])('--at %s ends with exit code 2 before anything is asked for', async (at, why) => {
  const via = await house.door(() => undefined);
  const { code, stderr } = await house.cli([...podReader, '--for', '5m', '--at', at], { via });
  expect(code).toBe(2);
  expect(stderr).toContain(why);
  expect(via.calls).toEqual([]);
});

test('a start further ahead than policy allows is refused: exit code 5', async () => {
  const { code, stderr } = await house.cli([...podReader, '--for', '5m', '--at', '+200h']);
  expect({ code, says: stderr.includes('Ask for a start within') }).toEqual({ code: 5, says: true });
});

test('run refuses --at, and says what to do instead', async () => {
  const { code, stderr } = await house.cli(['run', '--role', 'event-reader', '--at', '+1h', '--', 'true']);
  expect(code).toBe(2);
  expect(stderr).toContain('curfew request ... --at <when> --wait && <command>');
});

test('extend without an id extends the only access: says what it asked, waits, and says until when it goes on', async () => {
  const id = await access('bob');
  const waiting = house.start(['extend', '--for', '10m', '--reason', 'it takes longer'], { as: 'bob' });
  const next = await idIn(waiting);
  expect(waiting.stderrSoFar()).toMatch(
    /pod-reader on payments-prod, namespace payments, for 10m more, from .* until .*; 1[45]m(\d+s)? in all, since /,
  );
  const twice = await house.cli(['extend', id], { as: 'bob' });
  expect(twice.code).toBe(7);
  expect(twice.stderr).toContain(`being extended already, by ${next}, which is pending`);
  expect(twice.stderr).toContain(`curfew withdraw ${next}`);

  await house.cli(['approve', next, '--yes'], { as: 'rita' });
  const { code, stdout } = await waiting.ended;
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Your access goes on until \d\d:\d\d:\d\d \(in 1[45]m(\d+s)?\)\.\n$/);

  const shown = (await house.cli(['show', next], { as: 'bob' })).stdout;
  expect(shown).toMatch(new RegExp(`Extends +${id}\n`));
  expect(shown).toMatch(/Total +1[45]m(\d+s)? in all, since /);
  expect(shown).toContain('approved; access goes on from');
  expect((await house.cli(['list'], { as: 'bob' })).stdout).toMatch(
    new RegExp(`EXTENDS[^]*${next}  scheduled.* 10m more from .*  ${id}  it takes longer`),
  );

  expect((await house.cli(['revoke'], { as: 'bob' })).code).toBe(0);
  expect(await statusOf(next)).toBe('denied');
});

test('what the role leaves is what is asked for, and what is said when more was asked for', async () => {
  const id = await access('pat', '3h');
  const tooMuch = await house.cli(['extend', id, '--for', '2h'], { as: 'pat' });
  expect(tooMuch.code).toBe(5);
  expect(tooMuch.stderr).toContain('at most 4h, counted from its first start');
  const left = /Still possible: curfew extend \w{26} --for (\S+)/.exec(tooMuch.stderr)?.[1];
  expect(left).toMatch(/^1h(1s|2s)?$|^59m5\ds$/);
  const rest = await house.cli(['extend', '--no-wait', '-o', 'json'], { as: 'pat' });
  expect(rest.code).toBe(0);
  const { asked } = JSON.parse(rest.stdout);
  expect(asked.durationSeconds).toBeGreaterThan(3590);
  expect(asked.extends).toBe(id);
  await house.cli(['revoke', id], { as: 'pat' });
  const over = await house.cli(['extend', id], { as: 'pat' });
  expect(over.code).toBe(7);
  expect(over.stderr).toContain("can't be extended: access ended");
  expect(over.stderr).toContain('curfew request');
  const none = await house.cli(['extend'], { as: 'pat' });
  expect({ code: none.code, says: none.stderr.includes('no access right now') }).toEqual({
    code: 2,
    says: true,
  });
});

test('an extension that is denied leaves the access as it is, and says so', async () => {
  const granted = await access('alice');
  const waiting = house.start(['extend', granted, '--for', '5m']);
  const next = await idIn(waiting);
  await house.cli(['deny', next, '--reason', 'enough'], { as: 'rob' });
  const { code, stderr } = await waiting.ended;
  expect(code).toBe(5);
  expect(stderr).toMatch(/Reason: enough What you have ends as it was given, \d\d:\d\d:\d\d/);
  expect(await statusOf(granted)).toBe('active');
  await house.cli(['revoke', granted]);
});

test('run says that the access goes on, and gives an extension back with it', async () => {
  const run = house.start(
    ['run', '--role', 'event-reader', ...place, '--for', '10s', '--', 'sh', '-c', 'echo ready >&2; sleep 12'],
    { as: 'rita' },
  );
  await run.said('ready');
  const extended = await house.cli(['extend', '--for', '60s', '-o', 'json'], { as: 'rita' });
  expect(extended.code).toBe(0);
  const { id } = JSON.parse(extended.stdout);
  const { code, stderr } = await run.ended;
  expect(code).toBe(0);
  expect(stderr).toMatch(/The access goes on until /);
  expect(stderr).not.toContain('still runs');
  expect(stderr).toContain('Access given back');
  expect((await house.world.records.read(id))?.endRequested).toBeDefined();
  await untilStatus(id, 'revoked');
});
