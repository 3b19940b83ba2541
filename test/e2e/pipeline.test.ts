/** Pipelines, by the commands of docs/ci as they stand there: access by the token of the run and the role, and no person in between. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { RequestView } from '#http/request-view.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { account, region } from '#local/emulator/emulator.ts';
import { createCallers, type PersonRole, type SessionCredentials, signIn } from '#local/people.ts';
import { type RunResult, run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';
import { type Terminal, terminalFor } from '#local/terminal.ts';
import { type Api, openApi } from '../../cli/api/client.ts';
import { jobToken } from '../../cli/job-token.ts';
import { type GithubRunner, startGithubRunner } from '../builders/github-runner.ts';
import { anIssuer, githubKeys, shopJob, type TestIssuer } from '../builders/issuer.ts';
import { jsonAt, type NamedHosts, startNamedHosts } from '../local/named-hosts.ts';
import { factsOf } from './cloud.ts';
import { bindingsOf } from './insight.ts';
import { tableText } from './secrets.ts';
import { until } from './steps.ts';

const gitlab = 'https://gitlab.example.com';
const reportJob = {
  sub: 'project_path:org/report:ref_type:branch:ref:main',
  project_path: 'org/report',
  project_id: '22',
  ref: 'main',
  ref_path: 'refs/heads/main',
  pipeline_source: 'schedule',
  pipeline_id: '1212',
};

let dir: string;
let github: TestIssuer;
let gitlabIssuer: TestIssuer;
let issuers: NamedHosts;
let runner: GithubRunner;
let cloud: LocalCloud;
let terminals: (profile: string) => Terminal;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-pipeline-'));
  [github, gitlabIssuer] = await Promise.all([
    anIssuer(),
    anIssuer({ url: gitlab, kid: 'lab', alg: 'ES256' }),
  ]);
  const keys = new URL(githubKeys);
  issuers = await startNamedHosts(join(dir, 'issuers'), {
    [keys.host]: jsonAt({ [keys.pathname]: github.jwks }),
    [new URL(gitlab).host]: jsonAt({ '/oauth/discovery/keys': gitlabIssuer.jwks }),
  });
  runner = await startGithubRunner(github, shopJob);
  cloud = await startLocalCloud({
    progress: silentProgress(),
    company: { catalog: 'test/e2e/outside/curfew.yaml', cluster: 'payments-prod', role: 'pod-reader' },
    functionEnv: issuers.env,
  });
  await Promise.all(
    [deployRole, reportRole, strangeRole].map((role) => createCallers(cloud.emulator.url, role)),
  );
  terminals = await terminalFor({ dir, binaries: cloud.binaries, env: { CURFEW_URL: cloud.apiUrl } });
});
afterAll(async () => {
  await Promise.all([cloud?.stop(), issuers?.close(), runner?.close()]);
  await rm(dir, { recursive: true, force: true });
});

const roleOf = (name: string): PersonRole => ({ name, arn: `arn:aws:iam::${account}:role/${name}` });
const deployRole = roleOf('shop-deploy');
const reportRole = roleOf('shop-report');
const strangeRole = roleOf('shop-strange');

const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: SessionCredentials) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});
const credentialsOf = (role: PersonRole) => signIn(cloud.emulator.url, { role, session: 'pipeline' });

/** A script as a CI system runs it: its own folder, its variables, the keys of a role session, and no person's files. */
async function job(
  role: PersonRole,
  script: string,
  variables: Record<string, string>,
  onLine: (line: string) => void = () => {},
): Promise<RunResult> {
  const { AWS_PROFILE: _, ...env } = terminals('pipeline').env;
  return run({
    command: 'bash',
    args: ['-eo', 'pipefail', '-c', script],
    env: { ...env, ...keysOf(await credentialsOf(role)), ...variables },
    cwd: dir,
    timeoutMs: 150_000,
    onLine,
  });
}

function apiOf(role: PersonRole, env: NodeJS.ProcessEnv): Api {
  const identity = {
    credentials: () => credentialsOf(role),
    region: async () => region,
    signInHint: 'sign in again',
  };
  return openApi({ url: new URL(cloud.apiUrl), identity, jobToken: jobToken(env) });
}

const docs = (file: string) => parse(readFileSync(new URL(`../../docs/ci/${file}`, import.meta.url), 'utf8'));

interface Action {
  inputs: Record<string, { required: boolean; default?: string }>;
  runs: { steps: { env: Record<string, string>; run: string }[] };
}

/** The one step of the action, with its inputs put in as GitHub does. */
function actionStep(given: Record<string, string>): { script: string; variables: Record<string, string> } {
  const { inputs, runs } = docs('github/action.yml') as Action;
  const [step, ...others] = runs.steps;
  if (!step || others.length > 0) throw new Error('The action has not one step.');
  const inputOf = (name = '') => given[name] ?? inputs[name]?.default ?? '';
  const filled = (text: string) =>
    text.replace(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_all, name) => inputOf(name));
  return {
    script: filled(step.run),
    variables: Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filled(text)])),
  };
}

const runnerEnv = () => ({
  ...runner.env,
  GITHUB_ACTIONS: 'true',
  GITHUB_WORKFLOW: 'Deploy',
  GITHUB_REPOSITORY: 'org/shop',
  GITHUB_RUN_ID: '4711',
});
const inputs = () => ({
  url: cloud.apiUrl,
  role: 'pod-reader',
  cluster: 'payments-prod',
  namespace: 'payments',
  for: '10m',
});
const lastOf = async (api: Api): Promise<RequestView> => {
  const [request] = (await api.list({ scope: 'mine', limit: 1 })).items;
  if (!request) throw new Error('Nothing was asked for.');
  return request;
};

describe('The GitHub action of docs/ci', () => {
  test('gets access for one run without any person, and has given it back when it ends', async () => {
    const { script, variables } = actionStep({
      ...inputs(),
      // Only what was granted: a secret that could be read would end it with 1.
      run: 'kubectl get pods -o name\n! kubectl get secrets',
    });
    const ended = await job(deployRole, script, { ...runnerEnv(), ...variables });
    expect(ended).toMatchObject({ code: 0, stdout: 'pod/payments-web-0\n' });
    expect(ended.stderr).toMatch(/Forbidden/);
    expect(ended.stderr).toContain('Access given back');

    const api = apiOf(deployRole, runner.env);
    const request = await lastOf(api);
    expect(request).toMatchObject({
      requester: {
        key: 'workload:deploy-bot',
        workload: { repository: 'org/shop', ref: 'refs/heads/main', runId: '4711' },
      },
      asked: { reason: 'Deploy of org/shop, run 4711' },
      decision: { matched: expect.arrayContaining(['role:pod-reader']), reviewsNeeded: 0 },
      endRequested: { by: 'workload:deploy-bot' },
    });
    await until(`request ${request.id} to be revoked`, async () => {
      const { request: now } = await api.show(request.id);
      return now.status === 'revoked';
    });
    expect(await bindingsOf(factsOf(cloud), request.id)).toEqual([]);
    // Its run and no other one may look at it.
    const next = await startGithubRunner(github, { ...shopJob, run_id: '4712' });
    await expect(apiOf(deployRole, next.env).show(request.id)).rejects.toMatchObject({
      name: 'RequestNotFound',
    });
    await next.close();
    // Its keys came from where the catalog says, through what stands for the Internet here.
    expect(issuers.asked).toContain(githubKeys);
    expect(issuers.refused).toEqual([]);
  });

  test('takes nothing of its inputs for a part of the script', async () => {
    const evil = '"; touch injected; echo "';
    const { script, variables } = actionStep({
      ...inputs(),
      role: evil,
      ticket: '$(touch injected)',
      run: 'true',
    });
    const ended = await job(deployRole, `${script}\n`, { ...runnerEnv(), ...variables });
    expect(ended.code).toBe(5);
    expect(ended.stderr).toContain('There is no role');
    expect((await job(deployRole, 'test ! -e injected', {})).code).toBe(0);
  });
});

describe('The GitLab job of docs/ci', () => {
  test('gets access by the token of its id_tokens', async () => {
    const { report } = docs('gitlab.yml') as { report: { script: string[] } };
    const CURFEW_ID_TOKEN = await gitlabIssuer.token(reportJob);
    const ended = await job(reportRole, report.script.join('\n'), {
      CURFEW_ID_TOKEN,
      CI_PIPELINE_ID: '1212',
    });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('payments-web-0') });
    const request = await lastOf(apiOf(reportRole, { CURFEW_ID_TOKEN }));
    expect(request.requester.workload).toMatchObject({
      name: 'report-bot',
      repository: 'org/report',
      runId: '1212',
    });
  });
});

describe('The deployed API refuses a job (N09)', () => {
  const { sub: _, ...withoutSubject } = shopJob;
  test.each<[string, () => Promise<string | undefined>, PersonRole, RegExp]>([
    ['without a token', async () => undefined, deployRole, /known by its own token/],
    [
      'for another audience',
      () => github.token({ ...shopJob, aud: 'sts.amazonaws.com' }),
      deployRole,
      /audience/,
    ],
    [
      'of another repository',
      () => github.token({ ...shopJob, repository: 'evil/shop' }),
      deployRole,
      /another job/,
    ],
    ['of another issuer', () => gitlabIssuer.token(reportJob), deployRole, /issuer/],
    ["with another job's role", () => github.token(shopJob), reportRole, /issuer/],
    ['with a role of no workload', () => github.token(shopJob), strangeRole, /token only/],
    ['by a token without a subject', () => github.token(withoutSubject), deployRole, /sub/],
    [
      'by an old token',
      () => github.token(shopJob, { at: new Date(Date.now() - 600_000) }),
      deployRole,
      /expired/,
    ],
    [
      'by keys that are not its issuer’s',
      async () => (await anIssuer()).token(shopJob),
      deployRole,
      /signature/,
    ],
  ])('%s', async (_how, token, role, why) => {
    const CURFEW_ID_TOKEN = await token();
    const script = docs('gitlab.yml').report.script.join('\n');
    const ended = await job(role, script, CURFEW_ID_TOKEN === undefined ? {} : { CURFEW_ID_TOKEN });
    expect(ended.stdout).toBe('');
    expect([4, 5]).toContain(ended.code);
    expect(ended.stderr).toMatch(why);
  });
});

test('no token is in the table, nor in what the emulator has logged', async () => {
  const log = readFileSync(cloud.emulator.logFile, 'utf8');
  const table = await tableText(factsOf(cloud));
  expect(table).toContain('workload:deploy-bot');
  expect(runner.tokens.length).toBeGreaterThan(0);
  for (const token of runner.tokens)
    for (const piece of token.split('.').slice(1)) expect(log + table).not.toContain(piece);
});
