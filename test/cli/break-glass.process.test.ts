/** Break-glass at the command line: it says what it means, and its after-review is answered there. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RequestView } from '#http/request-view.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const wanted = [
  'request',
  '--role',
  'deployer',
  '--cluster',
  'payments-prod',
  '-n',
  'payments',
  '--for',
  '5m',
];
const emergency = [...wanted, '--break-glass', '--reason', 'Payments are down since 12:00'];

it('says what it means, and sends nothing unless somebody says that it is meant', async () => {
  const { code, stderr } = await house.cli(emergency, { as: 'bob' });
  expect(code).toBe(2);
  expect(stderr).toMatch(/gives you deployer on payments-prod at once, without anybody's review/);
  expect(stderr).toMatch(/Longest: +30m/);
  expect(stderr).toMatch(/one of payments-leads reviews what you did, within 24h/);
  expect(stderr).toMatch(/say --yes if it is/);
  const { stdout } = await house.cli(['list', '-o', 'json'], { as: 'bob' });
  expect(JSON.parse(stdout).items).toEqual([]);
});

it('says beforehand what would be set aside, and asks nobody whether it is meant', async () => {
  const { code, stdout } = await house.cli([...emergency, '--dry-run']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/It would be granted at once\. Nothing was asked for\./);
  expect(stdout).toMatch(/Set aside +role:deployer, ticket/);
  expect(stdout).toMatch(/\+20 it is taken by break-glass/);
});

it('is refused with the reason where the role does not allow it', async () => {
  const reader = emergency.map((word) => (word === 'deployer' ? 'pod-reader' : word));
  const { code, stderr } = await house.cli([...reader, '--yes', '--no-wait']);
  expect(code).toBe(5);
  expect(stderr).toMatch(/can't be had by break-glass\. On payments-prod these can: deployer\./);
});

it('gives access at once, and somebody else looks back at it once it is over', async () => {
  const taken = await house.cli([...emergency, '--yes']);
  expect(taken).toMatchObject({ code: 0 });
  expect(taken.stderr).toMatch(/By break-glass, without review\./);
  expect(taken.stdout).toMatch(/You have access until/);
  const [request] = JSON.parse((await house.cli(['list', '-o', 'json'])).stdout).items as RequestView[];
  const id = request?.id ?? '';
  const answer = (as: 'alice' | 'rita', ...more: string[]) =>
    house.cli(['after-review', id, ...more], { as });
  const yes = ['--accept', '--reason', 'Rolled back 1.42.0, as told'];

  const early = await answer('rita', ...yes);
  expect(early.code).not.toBe(0);
  expect(early.stderr).toMatch(/it is reviewed once it is over/);
  expect(await house.cli(['revoke', id])).toMatchObject({ code: 0 });

  const open = await house.cli(['list', '--open'], { as: 'rita' });
  expect(open.stdout).toMatch(new RegExp(`${id} +revoked +after-review in (23h|1d)`));
  const shown = await house.cli(['show', id], { as: 'rita' });
  expect(shown.stdout).toMatch(/Break-glass +yes; set aside: role:deployer, ticket/);
  expect(shown.stdout).toMatch(/Told +oncall@example\.com, pat@example\.com and 2 others/);
  expect(shown.stdout).toMatch(/After-review +open, to be answered by .*; by payments-leads/);

  expect((await answer('rita', '--accept')).stderr).toMatch(/Missing: --reason <text>/);
  expect((await answer('rita', '--accept', '--dispute')).stderr).toMatch(/give one of them/);
  expect((await answer('alice', ...yes)).stderr).toMatch(/Nobody reviews their own/);
  const answered = await answer('rita', ...yes);
  expect(answered).toMatchObject({ code: 0 });
  expect(answered.stdout).toMatch(
    /Accepted: deployer on payments-prod, namespace payments, taken by alice@example\.com/,
  );
  const after = await house.cli(['show', id], { as: 'rita' });
  expect(after.stdout).toMatch(/After-review +accepted by rita@example\.com/);
  expect((await house.cli(['list', '--open'], { as: 'rita' })).stdout).not.toContain(id);
});

it('is told of by the roles', async () => {
  const { stdout } = await house.cli(['roles', 'deployer']);
  expect(stdout).toMatch(/Break-glass +at most 30m, reviewed afterwards by payments-leads/);
});
