/** Calls to one cluster's Kubernetes API as plain JSON: no typed client, so that what is compared is what the server said. */
import https from 'node:https';
import { Unavailable } from '#domain/errors.ts';
import { networkFault } from '../http-call.ts';

/** What one cluster wants of a TLS connection and of each call. */
export interface ClusterAccess {
  /** Base URL of the API server. */
  server: URL;
  /** TLS material and headers, fresh for each call: tokens end. */
  options(): Promise<Pick<https.RequestOptions, 'ca' | 'cert' | 'key' | 'servername'> & { headers?: object }>;
}

export interface KubernetesAnswer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes; whoever asked knows its kind.
  body: any;
  /** What the server warned of, as it said it. */
  warnings?: string[];
}

export interface KubernetesCall {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With its query. */
  path: string;
  body?: unknown;
  /** User to act as, for trying what must be refused; needs the right to impersonate. */
  as?: string;
  /** Groups to act as a member of, besides. */
  asGroups?: readonly string[];
}

export type KubernetesApi = (call: KubernetesCall) => Promise<KubernetesAnswer>;

const timeoutMs = 15_000;

const json = 'application/json';
/** A PATCH is always a server-side apply; JSON is YAML too. */
const apply = 'application/apply-patch+yaml';

/** The API behind an access. Answers of any status come back; Unavailable when there is none, or only half of one. */
export function kubernetesApi(access: ClusterAccess): KubernetesApi {
  const agent = new https.Agent({ keepAlive: true, maxSockets: 4, proxyEnv: process.env });
  return async ({ method, path, body, as, asGroups }) => {
    const { headers, ...tls } = await access.options();
    const url = new URL(access.server.pathname.replace(/\/$/, '') + path, access.server);
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const request = https.request(url, {
        ...tls,
        // Whatever the environment says: what is sent is an administrator's token.
        rejectUnauthorized: true,
        method,
        agent,
        timeout: timeoutMs,
        headers: {
          ...headers,
          accept: json,
          ...(text === undefined
            ? {}
            : {
                'content-type': method === 'PATCH' ? apply : json,
                'content-length': Buffer.byteLength(text),
              }),
          ...(as === undefined ? {} : { 'impersonate-user': as }),
          ...(asGroups === undefined ? {} : { 'impersonate-group': [...asGroups] }),
        },
      });
      const fail = (error: unknown) =>
        reject(
          new Unavailable(`The cluster can't be reached: ${networkFault(error, url)}.`, { cause: error }),
        );
      request.on('timeout', () =>
        request.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' })),
      );
      request.on('error', fail);
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', fail);
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString('utf8');
          const status = response.statusCode ?? 0;
          const warnings = response.headersDistinct.warning;
          const told = warnings === undefined ? {} : { warnings };
          try {
            resolve({ status, body: JSON.parse(answer), ...told });
          } catch {
            resolve({ status, body: { message: answer.slice(0, 300) }, ...told });
          }
        });
      });
      request.end(text);
    });
  };
}
