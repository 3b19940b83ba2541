/**
 * The kill switch on a cloud of its own, since it stops everybody: the sweep is gone and the executions are stopped, so
 * that nothing but the kill itself can have ended the access.
 */
import { DeleteFunctionCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AnyEvent, chainFault } from '#domain/audit-event.ts';
import type { RequestView } from '#http/request-view.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { silentProgress } from '#local/progress.ts';
import { type CloudFacts, factsOf } from './cloud.ts';
import { bindingsOf, executionArn, shippedEvents, stateMachines } from './insight.ts';
import { expectTrueRecord } from './nothing-stands.ts';
import { aCiRole, aPerson, type E2ePerson } from './person.ts';
import { ask, getAccess, mayGet, until, untilStatus } from './steps.ts';

let started: LocalCloud;
let cloud: CloudFacts;
let pat: E2ePerson;
let victims: E2ePerson[];

beforeAll(async () => {
  started = await startLocalCloud({ progress: silentProgress() });
  cloud = factsOf(started);
  const role = await aCiRole(cloud);
  [pat, ...victims] = (await Promise.all([
    aPerson('pat', { cloud }),
    aPerson('kim', { cloud }),
    aPerson('lou', { cloud }),
    aPerson('job', { cloud, role, session: 'deploy-1' }),
  ])) as [E2ePerson, ...E2ePerson[]];
});
afterAll(() => started?.stop());

async function deleteFunction(name: string): Promise<void> {
  const lambda = new LambdaClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys });
  const { Functions: functions = [] } = await lambda.send(new ListFunctionsCommand({ MaxItems: 50 }));
  const found = functions.find(({ Description }) => Description === `Curfew: ${name}`);
  await lambda.send(new DeleteFunctionCommand({ FunctionName: found?.FunctionName }));
}

const kill = (by: E2ePerson, ...args: string[]) => by.terminal.run('curfew', ['kill', ...args]);

describe('curfew kill --everything', () => {
  let id = '';
  const granted: RequestView[] = [];

  test('ends everybody’s access within seconds, and says so only when it is proven', async () => {
    for (const person of victims) granted.push(await getAccess(person, { duration: '1h' }));
    await deleteFunction('SweepGrants');
    for (const request of granted)
      await stateMachines(cloud).send(
        new StopExecutionCommand({ executionArn: executionArn(cloud, request.id) }),
      );
    for (const person of victims) expect(await mayGet(person)).toBe('yes');

    const refused = await kill(victims[0] as E2ePerson, '--everything', '--reason', 'for fun', '--yes');
    expect(refused).toMatchObject({ code: 4, stderr: expect.stringMatching(/Only an operator/) });

    const killing = kill(pat, '--everything', '--reason', 'contain the breach', '--yes', '-o', 'json');
    await Promise.all(
      victims.map((person) =>
        until('kubectl to be refused', async () => (await mayGet(person)) !== 'yes', 15_000),
      ),
    );
    const { code, stdout, stderr } = await killing;
    expect([code, stderr]).toEqual([0, expect.stringContaining('still standing')]);
    const order = JSON.parse(stdout);
    expect(order).toMatchObject({ status: 'killed', by: 'pat@example.com', ended: 3 });
    ({ id } = order);
    for (const [n, person] of victims.entries()) {
      const seen = await untilStatus(person, granted[n]?.id ?? '', 'revoked');
      expect(seen.request.ending?.reason).toBe(`contain the breach (kill switch ${id})`);
      expect(await bindingsOf(cloud, seen.request.id)).toEqual([]);
      await expectTrueRecord(person, seen);
    }
    const events = await until('its evidence', async () => {
      const shipped = (await shippedEvents(cloud, id)) as AnyEvent[];
      return shipped.at(-1)?.type === 'kill-done' && shipped;
    });
    expect(chainFault(events)).toBeUndefined();
    expect(events[0]).toMatchObject({ type: 'kill-ordered', actor: 'pat@example.com', status: 'killing' });
  });

  test('lets nothing be granted, until it is lifted', async () => {
    const [person] = victims as [E2ePerson];
    await expect(ask(person)).rejects.toThrow(/kill switch for everything is on: contain the\s+breach/);
    expect(await mayGet(person)).not.toBe('yes');

    const listed = await kill(pat, 'list');
    expect(listed.stdout).toMatch(new RegExp(`${id} +killed .* everything +3 +pat@example.com`));
    expect(await kill(pat, 'lift', id, '--reason', 'contained')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Lifted by pat@example.com .*: contained/),
    });
    const again = await getAccess(person, { duration: '20s' });
    await until('kubectl to work', async () => (await mayGet(person)) === 'yes');
    await person.api.revoke(again.id, 'end of the test');
  });
});
