/** The access entry of a role, shared by all grants of its people: never a foreign one touched, never one taken away too early. */
import { type AccessEntry, CreateAccessEntryCommand, EKSClient } from '@aws-sdk/client-eks';
import { describe, expect, inject, test } from 'vitest';
import { principalGroup, usernamePrefix } from '#domain/identity.ts';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import { accessEntry, bindingsOf } from './insight.ts';
import { expectTrueRecord, neverUsable, untilNothingStands } from './nothing-stands.ts';
import { aPerson, aRole, type E2ePerson } from './person.ts';
import { approveByMail, askArgs, getAccess, mayGet, until, untilStatus } from './steps.ts';

async function createEntry(person: E2ePerson, entry: { username: string; kubernetesGroups: string[] }) {
  const eks = new EKSClient({ endpoint: person.cloud.eksUrl, region, credentials: rootKeys });
  await eks.send(
    new CreateAccessEntryCommand({
      clusterName: person.cloud.cluster.name,
      principalArn: person.role.arn,
      tags: { team: 'payments', 'curfew:managed-by': 'somebody-else' },
      ...entry,
    }),
  );
  return standing(person);
}

async function standing(person: E2ePerson): Promise<AccessEntry> {
  const entry = await accessEntry(person.cloud, person.role.arn);
  if (!entry) throw new Error(`${person.role.name} has no access entry.`);
  return entry;
}

describe.concurrent('An entry that was there before', () => {
  test('of another form is left as it was, and whoever asked is told what its owner can run', async () => {
    const person = await aPerson('fay');
    const before = await createEntry(person, {
      username: 'legacy:{{SessionName}}',
      kubernetesGroups: ['devs'],
    });

    const asking = person.terminal.run('curfew', ['request', ...askArgs(person, { duration: '15s' })]);
    const { id } = await until(
      'the request',
      async () => (await person.api.list({ scope: 'mine', limit: 1 })).items[0],
    );
    await approveByMail(person.cloud, id);
    const { code, stderr } = await asking;

    const { cluster } = person.cloud;
    const command = `aws eks delete-access-entry --cluster-name ${cluster.name} --principal-arn ${person.role.arn}`;
    expect({ code, told: stderr.replace(/\s+/g, ' ') }).toEqual({
      code: expect.not.toSatisfy((it) => it === 0),
      told: expect.stringContaining(command),
    });
    const seen = await untilStatus(person, id, neverUsable);
    await expectTrueRecord(person, seen);
    expect(seen.request.history.map(({ reason }) => reason).join('\n')).toContain(command);
    expect(seen.request.history.map(({ status }) => status)).not.toContain('active');
    expect(await bindingsOf(person.cloud, id)).toEqual([]);
    expect(await standing(person)).toEqual(before);
    expect(await mayGet(person)).toBe('forbidden');
  });

  test('of our form is used and stays when the grant ends', async () => {
    const person = await aPerson('olga');
    const { arn, name: roleName } = person.role;
    const before = await createEntry(person, {
      username: `${usernamePrefix({ arn, account, roleName })}{{SessionNameRaw}}`,
      kubernetesGroups: [principalGroup(arn)],
    });
    expect(await mayGet(person)).toBe('forbidden');

    const { id } = await getAccess(person, { duration: '15s' });
    expect(await mayGet(person)).toBe('yes');
    await expectTrueRecord(person, await untilStatus(person, id, 'revoked'));

    expect(await mayGet(person)).toBe('forbidden');
    expect(await bindingsOf(person.cloud, id)).toEqual([]);
    expect(await standing(person)).toEqual(before);
  });
});

describe.concurrent('Two grants of one principal at a time', () => {
  test('The one that began first ends first: the other one goes on, on the same entry, and takes it along', async () => {
    const person = await aPerson('otto');
    const first = await getAccess(person, { duration: '15s' });
    const entry = await standing(person);
    // The very same rights, so that whoever looks at access only would think that the first never ended.
    const second = await getAccess(person, { duration: '30s' });

    const ended = await untilStatus(person, first.id, 'revoked');
    expect(await mayGet(person)).toBe('yes');
    expect(await bindingsOf(person.cloud, first.id)).toEqual([]);
    expect(await standing(person)).toEqual(entry);
    await expectTrueRecord(person, ended);

    await untilNothingStands(person, second.id, 'revoked');
  });

  test('The one that began last, of another person in the role, ends first: the first goes on', async () => {
    const cloud = inject('cloud');
    const role = await aRole(cloud);
    const [ida, jon] = await Promise.all([aPerson('ida', { role }), aPerson('jon', { role })]);
    const first = await getAccess(ida, { duration: '35s' });
    const entry = await standing(ida);
    const last = await getAccess(jon, { duration: '15s' });
    expect(await mayGet(jon)).toBe('yes');

    await untilStatus(jon, last.id, 'revoked');
    // Known to the cluster by the entry that still stands, and allowed nothing.
    expect(await mayGet(jon)).toBe('forbidden');
    expect(await mayGet(ida)).toBe('yes');
    expect(await standing(ida)).toEqual(entry);

    await untilNothingStands(ida, first.id, 'revoked');
  });
});
