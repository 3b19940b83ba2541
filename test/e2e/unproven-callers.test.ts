/** Calls that nobody proved to have sent, or by somebody who gets no access: nothing is told and nothing recorded. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { GatewayProblemName } from '#http/gateway-problems.ts';
import { region, rootKeys } from '#local/emulator/emulator.ts';
import { aPerson, type E2ePerson } from './person.ts';
import { expectProblem, type Wanted } from './problems.ts';
import { tableText } from './secrets.ts';
import {
  type Answer,
  answerOf,
  type Keys,
  type SignedFetch,
  signedFetch,
  signedHeaders,
} from './signed-fetch.ts';
import { until } from './steps.ts';

const cloud = inject('cloud');
const canary = `canary ${randomUUID()}`;
const submission = {
  cluster: cloud.cluster.name,
  namespaces: ['payments'],
  role: 'pod-reader',
  duration: '20s',
  reason: canary,
};
const body = JSON.stringify(submission);
const url = new URL(`${cloud.apiUrl}/v1/requests`);
const post = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
let carl: E2ePerson;
let dave: E2ePerson;
let outdated: Keys;

beforeAll(async () => {
  [carl, dave, outdated] = await Promise.all([aPerson('carl'), aPerson('dave'), expiredKeys()]);
});

/** Of a session that is over. */
async function expiredKeys(): Promise<Keys> {
  const { role, session } = await aPerson('olaf');
  const sts = new STSClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys });
  const { Credentials: given } = await sts.send(
    new AssumeRoleCommand({ RoleArn: role.arn, RoleSessionName: session, DurationSeconds: 1 }),
  );
  // Told in whole seconds.
  await until('the session to be over', async () => Date.now() > Number(given?.Expiration) + 1000);
  return {
    accessKeyId: given?.AccessKeyId ?? '',
    secretAccessKey: given?.SecretAccessKey ?? '',
    sessionToken: given?.SessionToken ?? '',
  };
}

/** What a call answers that was signed as `call` says, and sent with `sent` changed after that. */
async function send(keys: Keys, call: Partial<SignedFetch> = {}, sent: RequestInit = {}): Promise<Answer> {
  const headers = await signedHeaders(url, keys, { ...post, ...call });
  return answerOf(
    await fetch(url, { method: 'POST', body, ...sent, headers: { ...headers, ...sent.headers } }),
  );
}

interface Refusal {
  /** Value of x-amzn-errortype. */
  type: RegExp;
  code: GatewayProblemName | RegExp;
  detail: RegExp;
}
const wrongSignature: Refusal = {
  type: /InvalidSignature/,
  code: 'SignatureRefused',
  detail: /signature/i,
};
const unknownKeys: Refusal = { type: /UnrecognizedClient/, code: 'CallRefused', detail: /invalid/ };

describe('API Gateway refuses a call', () => {
  const anHourAgo = () => new Date(Date.now() - 3_600_000);
  const carlWith = (change: Partial<Keys>) => send({ ...carl.credentials, ...change });
  test.each<[what: string, call: () => Promise<Answer>, refusal: Refusal]>([
    [
      'that is not signed',
      async () => answerOf(await fetch(url, post)),
      { type: /MissingAuthenticationToken/, code: 'NotSigned', detail: /Missing Authentication Token/ },
    ],
    [
      'signed with the key of somebody else',
      () => carlWith({ secretAccessKey: dave.credentials.secretAccessKey }),
      wrongSignature,
    ],
    ['signed by nobody known', () => carlWith({ accessKeyId: 'ASIAIOSFODNN7EXAMPLE' }), unknownKeys],
    [
      'with the session token of somebody else',
      () => carlWith({ sessionToken: dave.credentials.sessionToken }),
      unknownKeys,
    ],
    [
      'with a garbled session token',
      () => carlWith({ sessionToken: `${carl.credentials.sessionToken}x` }),
      unknownKeys,
    ],
    ['without its session token', () => carlWith({ sessionToken: undefined }), unknownKeys],
    [
      'of a session that is over',
      () => send(outdated),
      // The emulator forgets ended sessions whenever somebody signs in; from then on it does not know them.
      {
        type: /ExpiredToken|UnrecognizedClient/,
        code: /^(SignatureRefused|CallRefused)$/,
        detail: /expired|invalid/,
      },
    ],
    ['signed an hour ago', () => send(carl.credentials, { signedAt: anHourAgo() }), wrongSignature],
    [
      'whose body was changed under way',
      () => send(carl.credentials, {}, { body: body.replace('20s', '4h') }),
      wrongSignature,
    ],
    [
      'whose path was changed under way',
      async () => {
        const headers = await signedHeaders(new URL(`${cloud.apiUrl}/v1/whoami`), carl.credentials);
        return answerOf(await fetch(url, { headers }));
      },
      wrongSignature,
    ],
  ])('%s', async (_, call, { type, code, detail }) => {
    const answer = await call();
    expect(answer.headers.get('x-amzn-errortype')).toMatch(type);
    const said = code instanceof RegExp ? answer.body.code : code;
    expect(said).toMatch(code);
    expectProblem(answer, { status: 403, code: said, detail, next: /^Sign/ });
  });
});

describe('Curfew itself refuses', () => {
  test('a call without a signature that came in as one to a review page', async () => {
    const { status } = await fetch(`${cloud.apiUrl}/review/%2e%2e%2fv1%2frequests`, post);
    // It depends on who decodes the path first: no such link, or nobody who signed.
    expect(status).toBeOneOf([403, 410]);
  });

  const refused: Wanted = {
    status: 403,
    code: 'IdentityRefused',
    detail: /IAM users and root get no access/,
    next: /Sign the call \(SigV4, service execute-api\) with the session of an IAM role/,
  };

  test('the root user of the account', async () => {
    expectProblem(await send(rootKeys), refused);
  });

  test('an IAM user, whatever policies it has', async () => {
    const iam = new IAMClient({ endpoint: cloud.emulatorUrl, region, credentials: rootKeys });
    const UserName = `rita-${randomUUID()}`;
    await iam.send(new CreateUserCommand({ UserName }));
    const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
    await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'everything', PolicyDocument }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } = AccessKey ?? {};
    expectProblem(await send({ accessKeyId, secretAccessKey }), refused);
  });
});

describe('curfew says to whoever is not signed in', () => {
  test.each<[how: string, keys: () => Keys, said: RegExp]>([
    [
      'any more, how to sign in again',
      () => outdated,
      /(sign-in has expired|doesn't know these credentials).*\n.*aws sso login/,
    ],
    [
      'properly that the signature is refused',
      () => ({ ...carl.credentials, secretAccessKey: dave.credentials.secretAccessKey }),
      /refuses the signature.*\n.*aws sso login/,
    ],
  ])('%s', async (_, keys, said) => {
    const { terminal } = await aPerson('nora');
    const { accessKeyId, secretAccessKey, sessionToken } = keys();
    const lines = [
      '[nora]',
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
    ];
    await writeFile(
      terminal.env.AWS_SHARED_CREDENTIALS_FILE ?? '',
      [...lines, `aws_session_token = ${sessionToken}`, ''].join('\n'),
    );
    const ended = await terminal.run('curfew', ['list']);
    expect(ended).toMatchObject({ code: 4, stdout: '', stderr: expect.stringMatching(said) });
  });
});

test('None of these calls left anything on record, while the same one properly signed does', async () => {
  expect(await tableText(cloud)).not.toContain(canary);
  const { status, body: made } = await answerOf(await signedFetch(url, carl.credentials, post));
  expect(status).toBe(201);
  expect(await tableText(cloud)).toContain(canary);
  await carl.api.withdraw(made.id);
});
