/** `curfew` in a CI job: the token is fetched by itself and told to nobody, and where there is none it is said how to get one. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { tokenHeader } from '#http/caller.ts';
import { type GithubRunner, startGithubRunner } from '../builders/github-runner.ts';
import { anIssuer, githubKeys, shopJob, type TestIssuer, workloadCatalog } from '../builders/issuer.ts';
import { type House, openHouse } from './house.ts';

let house: House;
let issuer: TestIssuer;
let runner: GithubRunner;
beforeAll(async () => {
  issuer = await anIssuer();
  house = await openHouse(workloadCatalog());
  house.world.inside.issuers.documents.set(githubKeys, issuer.jwks);
  runner = await startGithubRunner(issuer, shopJob);
});
afterEach(() => {
  runner.instead = () => false;
  runner.seconds = 300;
});
afterAll(() => Promise.all([house.close(), runner.close()]));

const whoami = (env: NodeJS.ProcessEnv, args: string[] = []) =>
  house.cli(['whoami', ...args], { as: 'ci', env });

test('a GitHub job is known by the token that its runner gives, for Curfew and signed with the call', async () => {
  const { code, stdout, stderr } = await whoami(runner.env);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('pipeline deploy-bot: org/shop, main, run 4711');
  const headers: Record<string, string> = house.gateway.calls.at(-1)?.headers ?? {};
  expect(headers[tokenHeader]).toBe(runner.tokens.at(-1));
  expect(headers.authorization).toMatch(new RegExp(`SignedHeaders=[^,]*${tokenHeader}`));
});

test('a GitLab job is known by the token of its id_tokens', async () => {
  const token = await issuer.token({ ...shopJob, run_id: '99' });
  const { stdout } = await whoami({ CURFEW_ID_TOKEN: token }, ['-o', 'json']);
  expect(JSON.parse(stdout).workload).toMatchObject({ name: 'deploy-bot', runId: '99' });
});

test('one token serves many calls, and a new one is fetched before it ends', async () => {
  const before = runner.tokens.length;
  const request = ['request', '--role', 'pod-reader', '--cluster', 'payments-prod', '-n', 'payments'];
  const args = [...request, '--for', '10m', '--reason', 'deploy', '--no-wait'];
  const ended = await house.cli(args, { as: 'ci', env: runner.env });
  expect(ended.code).toBe(0);
  expect(runner.tokens).toHaveLength(before + 1);
  const id = /Request (\w{26}):/.exec(ended.stderr)?.[1] ?? '';
  // Too short to be kept: `run` waits for an answer, and asks for one with each call.
  runner.seconds = 61;
  const waiting = house.start(['show', id, '--wait'], { as: 'ci', env: runner.env });
  while (runner.tokens.length < before + 3) await new Promise((resolve) => setTimeout(resolve, 20));
  waiting.kill('SIGINT');
  await waiting.ended;
  // A reviewer sees which run it is, and answers for exactly that.
  const shown = await house.cli(['show', id], { as: 'rita' });
  expect(shown.stdout).toContain('pipeline deploy-bot: org/shop, main, run 4711');
  expect(shown.stdout).toContain('https://github.com/org/shop/actions/runs/4711');
  expect(await house.cli(['approve', id, '--yes'], { as: 'rita' })).toMatchObject({ code: 0 });
});

test.each<[string, () => NodeJS.ProcessEnv, GithubRunner['instead'], number, RegExp]>([
  [
    'without permission for a token',
    () => ({ GITHUB_ACTIONS: 'true' }),
    undefined,
    4,
    /permissions: id-token: write/,
  ],
  [
    'whose runner refuses',
    () => runner.env,
    (_, response) => Boolean(response.writeHead(403).end('{}')),
    4,
    /status 403.*permissions: id-token: write/,
  ],
  [
    'whose runner answers with something else',
    () => runner.env,
    (_, response) => Boolean(response.writeHead(200).end('<html>')),
    4,
    /no token for Curfew/,
  ],
  [
    'whose runner is out of order',
    () => runner.env,
    (_, response) => Boolean(response.writeHead(503).end()),
    8,
    /answered with status 503/,
  ],
  [
    'that is sent elsewhere by its runner',
    () => runner.env,
    (_, response) => Boolean(response.writeHead(302, { location: 'http://evil.example' }).end()),
    4,
    /status 302/,
  ],
  [
    'whose address for tokens is not secure',
    () => ({ ...runner.env, ACTIONS_ID_TOKEN_REQUEST_URL: 'http://runner.example/token' }),
    undefined,
    2,
    /not an https:\/\/ address/,
  ],
])('a job %s is told so', async (_what, env, instead, code, words) => {
  if (instead) runner.instead = instead;
  const ended = await whoami(env());
  expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringMatching(words) });
  expect(ended.stderr).not.toContain('secret-of-the-job');
});

test('a runner that stumbles once is asked again', async () => {
  let calls = 0;
  runner.instead = (_, response) => {
    calls += 1;
    return calls === 1 && Boolean(response.writeHead(502).end());
  };
  expect((await whoami(runner.env)).code).toBe(0);
});

test('the token is in nothing that is said of a job that is refused', async () => {
  const args = [
    'run',
    '--role',
    'pod-reader',
    '--cluster',
    'payments-prod',
    '-n',
    'payments',
    '--for',
    '10m',
  ];
  const bad = await startGithubRunner(issuer, { ...shopJob, repository: 'evil/shop' });
  const ended = await house.cli([...args, '--reason', 'x', '--', 'env'], { as: 'ci', env: bad.env });
  await bad.close();
  expect(ended.code).toBe(4);
  const said = ended.stdout + ended.stderr;
  expect(said).toContain('evil/shop');
  for (const piece of (bad.tokens[0] ?? '').split('.').slice(1)) expect(said).not.toContain(piece);
});
