import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { fromIni } from '@aws-sdk/credential-providers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sessionNameIsTrusted } from '#domain/identity.ts';
import { account, type Emulator, region, rootKeys, startEmulator } from '#local/emulator/emulator.ts';
import { ciDeployer, createPeople, developer, people, signIn, writeProfiles } from '#local/people.ts';
import { silentProgress } from '#local/progress.ts';

let dir: string;
let emulator: Emulator;

beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'curfew-people-'));
  emulator = await startEmulator({ dir: path.join(dir, 'emulator'), progress: silentProgress() });
  await createPeople(emulator.url);
}, 180_000);

afterAll(async () => {
  await emulator?.stop();
  await rm(dir, { recursive: true, force: true });
});

const callerOf = async (credentials: Awaited<ReturnType<typeof signIn>>) =>
  new STSClient({ endpoint: emulator.url, region, credentials }).send(new GetCallerIdentityCommand());

test('Two developers are two sessions of one role', async () => {
  const [alice, bob] = await Promise.all([
    callerOf(await signIn(emulator.url, people.alice)),
    callerOf(await signIn(emulator.url, people.bob)),
  ]);
  const role = `arn:aws:sts::${account}:assumed-role/${developer.name}`;
  expect([alice.Arn, bob.Arn]).toEqual([`${role}/alice@example.com`, `${role}/bob@example.com`]);
  expect(alice.UserId?.split(':')[0]).toBe(bob.UserId?.split(':')[0]);
});

test("The people's roles are of IAM Identity Center, whose session names are trusted, and the CI role is not", () => {
  const { ci, ...persons } = people;
  for (const { role } of Object.values(persons)) expect(sessionNameIsTrusted(role.arn, [])).toBe(true);
  expect(ci.role).toBe(ciDeployer);
  expect(sessionNameIsTrusted(ciDeployer.arn, [])).toBe(false);
});

test('Whoever may use the CI role names the session', async () => {
  const named = await callerOf(await signIn(emulator.url, { ...people.ci, session: 'any.name' }));
  expect(named.Arn).toBe(`arn:aws:sts::${account}:assumed-role/ci-deployer/any.name`);
});

test('Nobody may take a role by themselves, nor make one', async () => {
  const alice = await signIn(emulator.url, people.alice);
  const iam = new IAMClient({ endpoint: emulator.url, region, credentials: alice });
  await expect(iam.send(new GetRoleCommand({ RoleName: developer.name }))).rejects.toThrow(/not authorized/);
});

test('People can be created again on a kept cloud, and stay who they are', async () => {
  const iam = new IAMClient({ endpoint: emulator.url, region, credentials: rootKeys });
  const idOf = async () => (await iam.send(new GetRoleCommand({ RoleName: developer.name }))).Role?.RoleId;
  const before = await idOf();
  await createPeople(emulator.url);
  expect(await idOf()).toBe(before);
});

test('Everyone has a profile that the SDK can use, in files that only their owner reads', async () => {
  const eksUrl = 'http://127.0.0.1:1';
  const files = await writeProfiles({ emulatorUrl: emulator.url, eksUrl, dir: path.join(dir, 'aws') });
  const { AWS_CONFIG_FILE: configFilepath, AWS_SHARED_CREDENTIALS_FILE: filepath } = files;
  for (const { profile, session } of Object.values(people)) {
    const credentials = fromIni({ profile, filepath, configFilepath });
    const sts = new STSClient({ endpoint: emulator.url, region, credentials });
    expect((await sts.send(new GetCallerIdentityCommand())).Arn).toMatch(new RegExp(`/${session}$`));
  }
  expect((await stat(filepath)).mode & 0o077).toBe(0);
  expect(await readFile(configFilepath, 'utf8')).toContain(`endpoint_url = ${eksUrl}`);
});
