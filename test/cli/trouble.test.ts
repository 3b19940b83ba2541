/** When something stands between the CLI and its API: each cause has its own words and exit code. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { GatewayAnswer } from './gateway.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());
afterEach(() => {
  house.gateway.intercept = undefined;
});

const submit = [
  'request',
  '--role',
  'pod-reader',
  '--cluster',
  'payments-prod',
  '-n',
  'payments',
  '--for',
  '5m',
  '--reason',
  'r',
  '--no-wait',
];

const gatewaySays = (status: number, type: string, message: string, date?: Date): GatewayAnswer => ({
  status,
  headers: {
    'x-amzn-errortype': type,
    'content-type': 'application/json',
    ...(date ? { date: date.toUTCString() } : {}),
  },
  body: JSON.stringify({ message }),
});

test('an answer lost after the request was made makes no second request', async () => {
  const before = house.world.inside.records.requests.size;
  let cut = 0;
  house.gateway.intercept = ({ method }) => (method === 'POST' && cut++ < 2 ? 'cut-after' : undefined);
  const { code } = await house.cli(submit);
  expect(code).toBe(0);
  const keys = house.gateway.calls
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(house.world.inside.records.requests.size).toBe(before + 1);
});

test('a review is not sent twice when its answer is lost: it is said that its effect is not known', async () => {
  const { id } = JSON.parse((await house.cli([...submit, '-o', 'json'])).stdout);
  let sent = 0;
  house.gateway.intercept = ({ path }) => (path.endsWith('/reviews') && ++sent ? 'cut-after' : undefined);
  const { code, stderr } = await house.cli(['deny', id], { as: 'rita' });
  expect({ code, sent }).toEqual({ code: 8, sent: 1 });
  expect(stderr).toContain('Whether it took effect is not known.');
});

test('a busy API is tried again', async () => {
  let busy = 0;
  house.gateway.intercept = () =>
    busy++ < 2 ? { status: 503, body: '{"message":"Service Unavailable"}' } : undefined;
  expect((await house.cli(['whoami'])).code).toBe(0);
});

test('waiting survives an API that is away for a while', async () => {
  const waiting = house.start(submit.slice(0, -1));
  await waiting.said('Asking');
  house.gateway.intercept = () => 'cut-before';
  await waiting.said('Still trying');
  house.gateway.intercept = undefined;
  await waiting.said('answers again');
  waiting.kill('SIGINT');
  expect((await waiting.ended).code).toBe(130);
});

test.each<[string, GatewayAnswer, number, RegExp]>([
  [
    'an expired sign-in',
    gatewaySays(403, 'ExpiredTokenException', 'The security token included in the request is expired'),
    4,
    /sign-in has expired.*\n.*AWS_SESSION_TOKEN/,
  ],
  [
    'unknown keys',
    gatewaySays(403, 'UnrecognizedClientException', 'The security token included in the request is invalid.'),
    4,
    /doesn't know these credentials/,
  ],
  [
    'a clock that is wrong',
    gatewaySays(
      403,
      'InvalidSignatureException',
      'Signature expired: 20261121T080000Z is now earlier than 20261121T081000Z',
      new Date(Date.now() + 900_000),
    ),
    4,
    /clock is 1[45]m.* behind/,
  ],
  [
    'no permission',
    gatewaySays(
      403,
      'AccessDeniedException',
      'User: arn:aws:sts::1:assumed-role/x/y is not authorized to perform: execute-api:Invoke',
    ),
    4,
    /execute-api:Invoke/,
  ],
  [
    'an address without an API',
    gatewaySays(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
    2,
    /Check the URL/,
  ],
  [
    'another region',
    gatewaySays(
      403,
      'InvalidSignatureException',
      "Credential should be scoped to a valid region, not 'us-east-1'.",
    ),
    4,
    /--region/,
  ],
  [
    'another web site',
    { status: 404, headers: { 'content-type': 'text/html' }, body: '<h1>404</h1>' },
    6,
    /Check the URL/,
  ],
  [
    'a sign-in page',
    { status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' },
    8,
    /sign-in page/,
  ],
  [
    'an API of another version',
    { status: 200, headers: { 'content-type': 'application/json' }, body: '{"who":"me"}' },
    8,
    /update one of them/,
  ],
])('%s is named, with what to do', async (_, answer, code, words) => {
  house.gateway.intercept = () => answer;
  const ended = await house.cli(['whoami']);
  expect(ended.stderr).toMatch(words);
  expect(ended.code).toBe(code);
});

test('nobody signed in: how to sign in', async () => {
  const { code, stderr } = await house.cli(['whoami'], { as: 'nobody' });
  expect(code).toBe(4);
  expect(stderr).toContain('aws sso login');
});

test('a wrong secret key is told from an unknown one', async () => {
  const { code, stderr } = await house.cli(['whoami'], { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } });
  expect(code).toBe(4);
  expect(stderr).toContain('refuses the signature');
});

test('an API that is not there', async () => {
  const { code, stderr } = await house.cli(['whoami'], { env: { CURFEW_URL: 'http://127.0.0.1:9/prod' } });
  expect(code).toBe(8);
  expect(stderr).toContain('nothing listens at 127.0.0.1:9');
});

test('names under .localhost are this machine, whatever the resolver knows', async () => {
  const url = house.gateway.url.replace('127.0.0.1', 'abc123.execute-api.localhost');
  expect((await house.cli(['whoami'], { env: { CURFEW_URL: url } })).code).toBe(0);
});

test.each([
  ['nothing', '', /curfew configure --url/],
  ['plain http to elsewhere', 'http://curfew.example.com', /must start with https/],
  ['no URL at all', 'curfew', /is not a URL/],
  ['a URL with a password', 'https://a:b@curfew.example.com', /no user, password/],
])('configured with %s: exit code 2 and how to set it', async (_, url, words) => {
  const { code, stderr } = await house.cli(['list'], { env: { CURFEW_URL: url } });
  expect(code).toBe(2);
  expect(stderr).toMatch(words);
  expect(stderr).not.toContain('a:b');
});

test('configure keeps the URL once the API has answered there', async () => {
  const env = { CURFEW_URL: '', XDG_CONFIG_HOME: `${house.home}/xdg` };
  const kept = await house.cli(['configure', '--url', house.gateway.url], { env });
  expect(kept.stdout).toContain('you are alice@example.com');
  expect((await house.cli(['whoami'], { env })).code).toBe(0);
  const refused = await house.cli(['configure', '--url', 'http://127.0.0.1:9/prod'], { env });
  expect(refused.code).toBe(8);
  expect((await house.cli(['whoami'], { env })).code).toBe(0);
});

test('text of others can not act on the terminal', async () => {
  const problem = { title: 't', status: 403, code: 'NotAllowed', detail: 'x\u001b[2J\u202ey' };
  house.gateway.intercept = () => ({
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problem),
  });
  const { stderr } = await house.cli(['whoami']);
  expect(stderr).toContain('x\\u{1b}[2J\\u{202e}y');
});

test('no secret is ever printed, not even with a fault', async () => {
  house.gateway.intercept = () => gatewaySays(403, 'InvalidSignatureException', 'nothing to see');
  const ended = await house.cli(['whoami', '-o', 'json'], { env: { CURFEW_DEBUG: '1' } });
  expect(ended.stdout + ended.stderr).not.toMatch(/secret-of|session-token-of/);
});
