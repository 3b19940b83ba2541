/** What a GitHub runner offers its job: an address on this machine that gives tokens to whoever has the job's secret. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestIssuer } from './issuer.ts';

export interface GithubRunner {
  /** As the runner sets it for a job with `permissions: id-token: write`. */
  env: Record<'ACTIONS_ID_TOKEN_REQUEST_URL' | 'ACTIONS_ID_TOKEN_REQUEST_TOKEN', string>;
  /** Tokens given so far. */
  tokens: string[];
  /** Seconds that its tokens are good for. */
  seconds: number;
  /** Answers instead, where it returns true. */
  instead?: (request: IncomingMessage, response: ServerResponse) => boolean;
  close(): Promise<void>;
}

const secret = 'secret-of-the-job';

export async function startGithubRunner(
  issuer: TestIssuer,
  claims: Record<string, unknown>,
): Promise<GithubRunner> {
  const server = createServer((request, response) => {
    if (runner.instead?.(request, response)) return;
    const url = new URL(request.url ?? '', 'http://runner');
    if (
      request.headers.authorization !== `Bearer ${secret}` ||
      url.searchParams.get('api-version') !== '2.0'
    ) {
      response.writeHead(401).end();
      return;
    }
    const aud = url.searchParams.get('audience') ?? 'https://github.com/org';
    void issuer.token({ ...claims, aud }, { seconds: runner.seconds }).then((value) => {
      runner.tokens.push(value);
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ value }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const runner: GithubRunner = {
    env: {
      ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: secret,
    },
    tokens: [],
    seconds: 300,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return runner;
}
