/** Asking for somebody else, and claiming it, with the CLI as a process against the real app. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aCatalog } from '../builders/catalog.ts';
import { type House, openHouse, type Running } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse(
    aCatalog((catalog) => {
      catalog.claims.onBehalfBy = ['pat@example.com'];
    }),
  );
});
afterAll(() => house.close());

const place = ['--cluster', 'payments-prod', '-n', 'payments', '--reason', 'on call tonight'];
const role = ['--role', 'pod-reader', ...place];
const forBob = ['request', ...role, '--for', '5m', '--on-behalf-of', 'bob@example.com'];

async function idIn(running: Running): Promise<string> {
  await running.said('Asking');
  return /Request (\w{26}):/.exec(running.stderrSoFar())?.[1] ?? '';
}

/** Asked for by pat and approved by rita: waits for bob. */
async function approved(): Promise<{ id: string; stdout: string }> {
  const running = house.start(forBob, { as: 'pat' });
  const id = await idIn(running);
  await house.cli(['approve', id, '--yes'], { as: 'rita' });
  const { code, stdout } = await running.ended;
  expect(code).toBe(0);
  return { id, stdout };
}

test('whoever asks for another is told that it waits for them, and they claim it with one word', async () => {
  const { id, stdout } = await approved();
  expect(stdout).toMatch(/^Approved; waits until bob@example\.com claims it, until .* \(in (4h|3h59m)\)\.\n/);
  expect(stdout).toContain(`curfew claim ${id}`);
  expect((await house.cli(['list'], { as: 'bob' })).stdout).toMatch(
    new RegExp(`${id}  scheduled +claim in `),
  );
  const shown = (await house.cli(['show', id], { as: 'bob' })).stdout;
  expect(shown).toMatch(/Asked by +pat@example\.com,/);
  expect(shown).toMatch(/Access for +bob@example\.com, once they have claimed it/);

  const other = await house.cli(['claim', id], { as: 'rita' });
  expect([other.code, other.stderr]).toEqual([4, expect.stringContaining('only they can claim it')]);
  const bob = await house.cli(['claim'], { as: 'bob' });
  expect(bob.stderr).toContain(
    'Claimed what pat@example.com asked for, for you: pod-reader on payments-prod',
  );
  expect([bob.code, bob.stdout]).toEqual([0, expect.stringContaining('You have access until')]);
  const again = await house.cli(['claim'], { as: 'bob' });
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('Nothing waits for your claim')]);
  await house.cli(['revoke', id], { as: 'bob' });
});

test('curfew run claims what waits and suits instead of asking anew, and gives it back', async () => {
  const { id } = await approved();
  const ran = await house.cli(['run', ...role, '--for', '1m', '--', 'printenv', 'CURFEW_REQUEST_ID'], {
    as: 'bob',
  });
  expect(ran.stderr).toContain('Claimed what pat@example.com asked for');
  expect([ran.code, ran.stdout.trim()]).toEqual([0, id]);
});

test('kubeconfig says that something waits, and starts no clock', async () => {
  const { id } = await approved();
  const added = await house.cli(['kubeconfig', '--cluster', 'payments-prod'], { as: 'bob' });
  expect(added.stderr).toContain(`Its time begins once you run: curfew claim ${id}`);
  expect((await house.world.records.read(id))?.subject.kind).toBe('unclaimed');
  expect((await house.cli(['withdraw', id], { as: 'bob' })).code).toBe(0);
});

test('who may not ask for others is refused, with who says so', async () => {
  const { code, stderr } = await house.cli(forBob, { as: 'alice' });
  expect([code, stderr]).toEqual([5, expect.stringContaining('claims.onBehalfBy')]);
});
