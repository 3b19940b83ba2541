/** People of one test file: in a role of their own, so that files running at the same time never share an access entry. */
import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { inject } from 'vitest';
import { account, region, rootKeys } from '#local/emulator/emulator.ts';
import {
  createCallers,
  type PersonRole,
  permissionSet,
  type SessionCredentials,
  signIn,
  writeProfiles,
} from '#local/people.ts';
import { type Terminal, terminalFor } from '#local/terminal.ts';
import { type Api, openApi } from '../../cli/api/client.ts';
import type { CloudFacts } from './cloud.ts';

export interface E2ePerson {
  /** Session name, and so who they are to Curfew: an e-mail address. */
  session: string;
  role: PersonRole;
  credentials: SessionCredentials;
  /** `curfew` and `kubectl` are on its PATH, and a context for the cluster is in its kubeconfig. */
  terminal: Terminal;
  /** The API as the CLI calls it, signed by this person. */
  api: Api;
  cloud: CloudFacts;
}

export interface PersonOptions {
  /** Default: a new role that nobody else is in. */
  role?: PersonRole;
  /** Default: `<name>@example.com`. */
  session?: string;
  /** Default: the cloud of this project. */
  cloud?: CloudFacts;
}

/** A new role as IAM Identity Center makes them. */
export async function aRole(cloud: CloudFacts = inject('cloud')): Promise<PersonRole> {
  const role = permissionSet(`Team${randomBytes(4).toString('hex')}`);
  await createCallers(cloud.emulatorUrl, role);
  return role;
}

/** A new role as CI systems use them: whoever may assume it names its sessions, so that name proves nothing. */
export async function aCiRole(cloud: CloudFacts = inject('cloud')): Promise<PersonRole> {
  const name = `ci-${randomBytes(4).toString('hex')}`;
  const role = { name, arn: `arn:aws:iam::${account}:role/${name}` };
  await createCallers(cloud.emulatorUrl, role);
  return role;
}

/** Somebody signed in. Their files are in the cloud's folder, and go with it. */
export async function aPerson(name: string, options: PersonOptions = {}): Promise<E2ePerson> {
  const cloud = options.cloud ?? inject('cloud');
  const role = options.role ?? (await aRole(cloud));
  const session = options.session ?? `${name}@example.com`;
  const dir = await mkdtemp(join(cloud.dir, `${name}-`));
  const profiles = await writeProfiles({
    emulatorUrl: cloud.emulatorUrl,
    eksUrl: cloud.eksUrl,
    dir: join(dir, 'aws'),
    who: [{ profile: name, session, role }],
  });
  const as = await terminalFor({
    dir,
    binaries: cloud.binaries,
    env: { ...profiles, CURFEW_URL: cloud.apiUrl },
  });
  const terminal = as(name);
  const { code, stderr } = await terminal.run('curfew', [
    'kubeconfig',
    '--cluster',
    cloud.cluster.name,
    '--use',
  ]);
  if (code !== 0) throw new Error(`${session} got no kubeconfig: ${stderr}`);
  const credentials = await signIn(cloud.emulatorUrl, { session, role });
  const identity = {
    credentials: async () => credentials,
    region: async () => region,
    signInHint: 'sign in again',
  };
  const api = openApi({ url: new URL(cloud.apiUrl), identity });
  return { session, role, credentials, terminal, api, cloud };
}

/** Somebody whose own policies allow everything in the account; unlike for its root user, resource policies count. */
export async function anAdministrator(): Promise<E2ePerson> {
  const cloud = inject('cloud');
  const role = await aRole(cloud);
  const iam = new IAMClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys });
  const everything = { Effect: 'Allow', Action: '*', Resource: '*' };
  await iam.send(
    new PutRolePolicyCommand({
      RoleName: role.name,
      PolicyName: 'everything',
      PolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [everything] }),
    }),
  );
  return aPerson('admin', { role });
}
