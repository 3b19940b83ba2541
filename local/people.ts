/** The people of the local cloud, and its CI job: IAM roles as IAM Identity Center makes them, and their sessions. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateRoleCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';

export interface PersonRole {
  /** Name of the role, without its path. */
  name: string;
  arn: string;
}

export interface Person {
  /** Name of the profile: `--profile alice`. */
  profile: string;
  /** Session name: for people what the identity provider says, for the CI job what the caller chose. */
  session: string;
  role: PersonRole;
}

export interface SessionCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string;
}

/** Developers ask for access; they may call Curfew's API and nothing else in the account. */
export const developer = permissionSet('Developer');
/** Reviewers answer. */
export const reviewer = permissionSet('Reviewer');
/** Operators run the platform: cluster admin, and access entries. */
export const platformAdmin = permissionSet('PlatformAdmin');
/** The CI system's role. Whoever may assume it picks the session's name, so that name proves nothing. */
export const ciDeployer: PersonRole = {
  name: 'ci-deployer',
  arn: `arn:aws:iam::${account}:role/ci-deployer`,
};

export const people = {
  alice: { profile: 'alice', session: 'alice@example.com', role: developer },
  bob: { profile: 'bob', session: 'bob@example.com', role: developer },
  rita: { profile: 'rita', session: 'rita@example.com', role: reviewer },
  rob: { profile: 'rob', session: 'rob@example.com', role: reviewer },
  pat: { profile: 'pat', session: 'pat@example.com', role: platformAdmin },
  ci: { profile: 'ci', session: 'deploy-1042', role: ciDeployer },
} as const satisfies Record<string, Person>;

/** Makes the roles that are missing, and gives all their permissions. Fine to call again, on a kept cloud too. */
export async function createPeople(emulatorUrl: string): Promise<void> {
  const iam = new IAMClient({ endpoint: emulatorUrl, region, credentials: rootKeys });
  const runClusters = allow(
    [
      'eks:DescribeCluster',
      'eks:ListClusters',
      'eks:*AccessEntry',
      'eks:*AccessEntries',
      'eks:*AccessPolicy',
      'eks:*AccessPolicies',
      'eks:TagResource',
      'eks:UntagResource',
      'eks:ListTagsForResource',
    ],
    '*',
  );
  await createRole(iam, developer, [callCurfew]);
  await createRole(iam, reviewer, [callCurfew]);
  // `curfew onboard` reads the deployment from the outputs of its stack.
  const readStacks = allow(['cloudformation:DescribeStacks'], '*');
  await createRole(iam, platformAdmin, [callCurfew, runClusters, readStacks]);
  await createRole(iam, ciDeployer, [callCurfew]);
}

/** Makes one more role whose people may call Curfew's API and nothing else in the account. */
export async function createCallers(emulatorUrl: string, role: PersonRole): Promise<void> {
  const iam = new IAMClient({ endpoint: emulatorUrl, region, credentials: rootKeys });
  await createRole(iam, role, [callCurfew]);
}

/** Signs a person in for 12 hours, as the identity provider would; or, with another `session`, somebody else in the role. */
export async function signIn(
  emulatorUrl: string,
  person: Pick<Person, 'session' | 'role'>,
): Promise<SessionCredentials> {
  const sts = new STSClient({ endpoint: emulatorUrl, region, credentials: rootKeys });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({
      RoleArn: person.role.arn,
      RoleSessionName: person.session,
      DurationSeconds: 43_200,
    }),
  );
  if (!given?.AccessKeyId || !given.SecretAccessKey || !given.SessionToken) {
    throw new Error(`STS gave no credentials for ${person.session} in ${person.role.name}.`);
  }
  return {
    accessKeyId: given.AccessKeyId,
    secretAccessKey: given.SecretAccessKey,
    sessionToken: given.SessionToken,
  };
}

/**
 * Signs people in and writes their profiles into `dir`. What a program needs in its environment to use them, and no
 * profile of this machine's user, is returned. Profiles name the EKS endpoint only: with an endpoint for STS,
 * `aws eks get-token` would sign tokens for that one, and no cluster takes those.
 */
export async function writeProfiles(of: {
  emulatorUrl: string;
  eksUrl: string;
  dir: string;
  /** Whom; all of `people` where left out. */
  who?: readonly Person[];
}): Promise<Record<'AWS_CONFIG_FILE' | 'AWS_SHARED_CREDENTIALS_FILE', string>> {
  const config = [`[services local]\neks =\n  endpoint_url = ${of.eksUrl}\n`];
  const credentials: string[] = [];
  for (const person of of.who ?? Object.values(people)) {
    const { accessKeyId, secretAccessKey, sessionToken } = await signIn(of.emulatorUrl, person);
    config.push(`[profile ${person.profile}]\nregion = ${region}\noutput = json\nservices = local\n`);
    credentials.push(
      `[${person.profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\naws_session_token = ${sessionToken}\n`,
    );
  }
  await mkdir(of.dir, { recursive: true });
  const files = {
    AWS_CONFIG_FILE: join(of.dir, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: join(of.dir, 'credentials'),
  };
  await writeFile(files.AWS_CONFIG_FILE, config.join('\n'));
  await writeFile(files.AWS_SHARED_CREDENTIALS_FILE, credentials.join('\n'), { mode: 0o600 });
  return files;
}

/** A role as IAM Identity Center names it: in a path of its own, with a suffix that nobody can foresee. */
export function permissionSet(name: string): PersonRole {
  const suffix = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const roleName = `AWSReservedSSO_${name}_${suffix}`;
  const path = `/aws-reserved/sso.amazonaws.com/${region}/`;
  return { name: roleName, arn: `arn:aws:iam::${account}:role${path}${roleName}` };
}

interface Statement {
  Effect: 'Allow';
  Action: string[];
  Resource: string;
}

function allow(actions: string[], resource: string): Statement {
  return { Effect: 'Allow', Action: actions, Resource: resource };
}

const callCurfew = allow(['execute-api:Invoke'], '*');

/** The account's root user plays the identity provider, which a single machine doesn't have. */
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: ['sts:AssumeRole'] },
  ],
});

async function createRole(iam: IAMClient, role: PersonRole, statements: Statement[]): Promise<void> {
  const path = role.arn.slice(role.arn.indexOf('/'), role.arn.lastIndexOf('/') + 1);
  try {
    await iam.send(
      new CreateRoleCommand({
        RoleName: role.name,
        Path: path,
        MaxSessionDuration: 43_200,
        AssumeRolePolicyDocument: trust,
      }),
    );
  } catch (error) {
    if (!(error instanceof EntityAlreadyExistsException)) throw error;
    const { Role: found } = await iam.send(new GetRoleCommand({ RoleName: role.name }));
    if (found?.Arn !== role.arn)
      throw new Error(`A role ${role.name} exists with another path: ${found?.Arn}.`);
  }
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: role.name,
      PolicyName: 'permissions',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: statements }),
    }),
  );
}
