/** When something stands between the CLI and its API: each cause has its own words and exit code. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { GatewayAnswer } from './gateway.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

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

test.concurrent('an answer lost after the request was made makes no second request', async () => {
  let cut = 0;
  const via = await house.door(({ method }) => (method === 'POST' && cut++ < 2 ? 'cut-after' : undefined));
  const { code } = await house.cli(submit, { via, as: 'bob' });
  expect(code).toBe(0);
  const keys = via.calls
    .filter(({ method }) => method === 'POST')
    .map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  const { stdout } = await house.cli(['list', '-o', 'json'], { as: 'bob' });
  expect(JSON.parse(stdout).items).toHaveLength(1);
});

test.concurrent('a review is not sent twice when its answer is lost: it is said that its effect is not known', async () => {
  const { id } = JSON.parse((await house.cli([...submit, '-o', 'json'])).stdout);
  let sent = 0;
  const via = await house.door(({ path }) => (path.endsWith('/reviews') && ++sent ? 'cut-after' : undefined));
  const { code, stderr } = await house.cli(['deny', id], { as: 'rita', via });
  expect({ code, sent }).toEqual({ code: 8, sent: 1 });
  expect(stderr).toContain('Whether it took effect is not known.');
});

test.concurrent('a busy API is tried again', async () => {
  let busy = 0;
  const via = await house.door(() =>
    busy++ < 2 ? { status: 503, body: '{"message":"Service Unavailable"}' } : undefined,
  );
  expect((await house.cli(['whoami'], { via })).code).toBe(0);
});

test.concurrent('waiting survives an API that is away for a while', async () => {
  const via = await house.door(() => undefined);
  const waiting = house.start(submit.slice(0, -1), { via });
  await waiting.said('Asking');
  via.intercept = () => 'cut-before';
  await waiting.said('Still trying');
  via.intercept = undefined;
  await waiting.said('answers again');
  waiting.kill('SIGINT');
  expect((await waiting.ended).code).toBe(130);
});

test.concurrent.each<[string, GatewayAnswer, number, RegExp]>([
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
    'a stage that is not there',
    gatewaySays(403, 'ForbiddenException', 'Forbidden'),
    4,
    /the URL is wrong.*\/prod/,
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
  const via = await house.door(() => answer);
  const ended = await house.cli(['whoami'], { via });
  expect(ended.stderr).toMatch(words);
  expect(ended.code).toBe(code);
});

test.concurrent('nobody signed in: how to sign in', async () => {
  const { code, stderr } = await house.cli(['whoami'], { as: 'nobody' });
  expect(code).toBe(4);
  expect(stderr).toContain('aws sso login');
});

test.concurrent('a wrong secret key is told from an unknown one', async () => {
  const { code, stderr } = await house.cli(['whoami'], { env: { AWS_SECRET_ACCESS_KEY: 'wrong' } });
  expect(code).toBe(4);
  expect(stderr).toContain('refuses the signature');
});

test.concurrent('an API that is not there', async () => {
  const { code, stderr } = await house.cli(['whoami'], { env: { CURFEW_URL: 'http://127.0.0.1:9/prod' } });
  expect(code).toBe(8);
  expect(stderr).toContain('nothing listens at 127.0.0.1:9');
});

test.concurrent('names under .localhost are this machine, whatever the resolver knows', async () => {
  const url = house.gateway.url.replace('127.0.0.1', 'abc123.execute-api.localhost');
  expect((await house.cli(['whoami'], { env: { CURFEW_URL: url } })).code).toBe(0);
});

test.concurrent('the proxy that the environment names is gone through, but never to this machine', async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const away = await house.cli(['whoami'], { env: { ...env, CURFEW_URL: 'https://curfew.example.com' } });
  const here = await house.cli(['whoami'], { env });
  proxy.close();
  expect(away.code).toBe(8);
  expect(new Set(asked)).toEqual(new Set(['curfew.example.com:443']));
  expect(here.code).toBe(0);
});

test.concurrent.each([
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

test.concurrent('configure keeps the URL once the API has answered there', async () => {
  const env = { CURFEW_URL: '', XDG_CONFIG_HOME: `${house.home}/xdg` };
  const kept = await house.cli(['configure', '--url', house.gateway.url], { env });
  expect(kept.stdout).toContain('you are alice@example.com');
  expect((await house.cli(['whoami'], { env })).code).toBe(0);
  const refused = await house.cli(['configure', '--url', 'http://127.0.0.1:9/prod'], { env });
  expect(refused.code).toBe(8);
  expect((await house.cli(['whoami'], { env })).code).toBe(0);
});

test.concurrent('text of others can not act on the terminal', async () => {
  const problem = { title: 't', status: 403, code: 'NotAllowed', detail: 'x\u001b[2J\u202ey' };
  const via = await house.door(() => ({
    status: 403,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify(problem),
  }));
  const { stderr } = await house.cli(['whoami'], { via });
  expect(stderr).toContain('x\\u{1b}[2J\\u{202e}y');
});

test.concurrent('no secret is ever printed, not even with a fault', async () => {
  const via = await house.door(() => gatewaySays(403, 'InvalidSignatureException', 'nothing to see'));
  const ended = await house.cli(['whoami', '-o', 'json'], { env: { CURFEW_DEBUG: '1' }, via });
  expect(ended.stdout + ended.stderr).not.toMatch(/secret-of|session-token-of/);
});
