/** Executions that end badly, and grants that somebody meddles with: the record alone is enough to end them. */
import { DescribeExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { bindingName } from '#domain/request.ts';
import { executionArn, stateMachines, statesEntered } from './insight.ts';
import { expectTrueRecord, untilNothingStands } from './nothing-stands.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { answerByMail, asAdmin, ask, getAccess, mailAbout, mayGet, until, untilStatus } from './steps.ts';

async function stopExecution({ cloud }: E2ePerson, id: string): Promise<void> {
  await stateMachines(cloud).send(new StopExecutionCommand({ executionArn: executionArn(cloud, id) }));
}

describe.concurrent('An execution that is stopped by hand', () => {
  test('while the grant is in force: the event of its end wakes the sweep, which ends the grant at once', async () => {
    const person = await aPerson('stan');
    // Long enough that no schedule finds it due in this test: only the event can have ended it.
    const { id, grant } = await getAccess(person, { duration: '1h' });
    expect(await mayGet(person)).toBe('yes');
    await stopExecution(person, id);
    await until('access to be gone', async () => (await mayGet(person)) !== 'yes', 30_000);

    const { request } = await untilNothingStands(person, id, 'revoked');
    expect(request.ending?.reason).toMatch(/^ended early by a fault/);
    expect(Date.parse(request.grant?.unboundAt ?? '')).toBeLessThan(Date.parse(grant?.expiresAt ?? ''));
    const { status } = await stateMachines(person.cloud).send(
      new DescribeExecutionCommand({ executionArn: executionArn(person.cloud, id) }),
    );
    expect(status).toBe('ABORTED');
    expect(await statesEntered(person.cloud, id)).not.toContain('EndGrant');
  });

  test('while the reviewers are asked: nothing can be approved any more', async () => {
    const person = await aPerson('paula');
    const { id } = await ask(person);
    await mailAbout(person.cloud, id);
    await stopExecution(person, id);
    const seen = await untilStatus(person, id, 'timed-out');
    await expectTrueRecord(person, seen);

    const { status } = await answerByMail(person.cloud, id, 'approve');
    expect(status).toBeGreaterThanOrEqual(400);
    expect((await person.api.show(id)).request.status).toBe('timed-out');
    expect(await mayGet(person)).toBe('unauthorized');
  });
});

describe.concurrent('A RoleBinding that an administrator deletes', () => {
  test('ends the access at once, and the record when its time is up', async () => {
    const person = await aPerson('dora');
    const { id } = await getAccess(person, { duration: '15s' });
    expect(await mayGet(person)).toBe('yes');
    await asAdmin(person.cloud, 'delete', 'rolebinding', bindingName(id), '-n', 'payments');
    expect(await mayGet(person)).toBe('forbidden');

    const { request } = await untilNothingStands(person, id, 'revoked');
    expect(request.history.map(({ status }) => status)).toEqual(
      expect.arrayContaining(['granting', 'active', 'revoking', 'revoked']),
    );
  });
});
