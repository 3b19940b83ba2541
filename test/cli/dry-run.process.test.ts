/** `curfew request --dry-run`: the decision before the question. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const dryRun = (...more: string[]) =>
  house.cli([
    'request',
    '--role',
    'pod-reader',
    '--cluster',
    'payments-prod',
    '--for',
    '5m',
    '--reason',
    'r',
    '--dry-run',
    ...more,
  ]);

test.concurrent('says who would be asked, what counts as risk, and that nothing was asked for', async () => {
  const { code, stdout } = await dryRun('-n', 'payments');
  expect(code).toBe(0);
  expect(stdout).toMatch(/It would be asked of its reviewers\. Nothing was asked for\./);
  expect(stdout).toMatch(/Reviewers +rita@example\.com and rob@example\.com; 1 must approve/);
  expect(stdout).toMatch(/Risk +20 of 100/);
  expect(stdout).toMatch(/\+10 no ticket is given/);
  expect(JSON.parse((await house.cli(['list', '-o', 'json'])).stdout).items).toEqual([]);
});

test.concurrent('says why it would be refused, and exits as a refused request does', async () => {
  const { code, stdout } = await dryRun('-n', 'kube-system');
  expect(code).toBe(5);
  expect(stdout).toMatch(/It would be refused\. Nothing was asked for\./);
  expect(stdout).toMatch(/Refused +Namespace "kube-system" is protected/);
});

test.concurrent('prints the decision as JSON', async () => {
  const { code, stdout } = await dryRun('-n', 'payments', '-o', 'json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ decision: { outcome: 'review', risk: { score: 20 } } });
});

test.concurrent('says what would be given of the role, or what the role does not cover', async () => {
  const task = await dryRun('-n', 'payments', '--allow', 'get, list pod', '--allow', 'get pods/log web-1');
  expect(task.code).toBe(0);
  expect(task.stdout).toMatch(
    /Asks for +only get pods\/log web-1; get,list pod of pod-reader on payments-prod/,
  );
  expect(task.stdout).toMatch(/Allows +Read pods \(get, list\)/);
  expect(task.stdout).not.toContain('watch');
  const wider = await dryRun('-n', 'payments', '--allow', 'delete pod/web-1');
  expect(wider.code).toBe(5);
  expect(wider.stdout).toContain('Role pod-reader lets one get, list, watch pods; not delete web-1.');
  const unread = await dryRun('-n', 'payments', '--allow', 'pods');
  expect(unread.code).toBe(2);
  expect(unread.stderr).toContain('--allow: "pods" can\'t be understood.');
});
