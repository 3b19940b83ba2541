/** One HTTP exchange: bounded in time and size, TLS always verified, no redirects, through the proxy the environment names. */
import { lookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';

export interface HttpCall {
  method: string;
  url: URL;
  headers?: Record<string, string>;
  body?: string;
  /** PEM; replaces the machine's own list of authorities. */
  ca?: string;
  timeoutMs: number;
  signal?: AbortSignal;
}

export interface HttpAnswer {
  status: number;
  /** Names in lower case; repeated headers joined by a comma. */
  headers: Record<string, string>;
  text: string;
}

const maxAnswerBytes = 8 * 1024 * 1024;

/** Whether a host can only be this machine: the one case in which plain HTTP tells nobody anything. */
export function isLoopback(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return (
    host === 'localhost' ||
    host.endsWith('.localhost') ||
    host === '[::1]' ||
    /^127(\.\d{1,3}){3}$/.test(host)
  );
}

/** Names under `.localhost` are this machine (RFC 6761), which not every resolver knows. */
const localLookup: LookupFunction = (hostname, options, callback) =>
  lookup(hostname.endsWith('.localhost') ? 'localhost' : hostname, options, callback);

/** Network faults reject with Node's own errors (`code` ECONNREFUSED, ENOTFOUND ...); a timeout has code ETIMEDOUT. */
export function httpCall(call: HttpCall): Promise<HttpAnswer> {
  const { url, timeoutMs } = call;
  const tls = url.protocol === 'https:';
  // A connection per exchange: repeated questions to a cluster may so reach each of its API servers.
  const agentOptions = { keepAlive: false, proxyEnv: isLoopback(url.hostname) ? undefined : process.env };
  const agent = tls ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
  return new Promise((resolve, reject) => {
    const request = (tls ? https : http).request(url, {
      method: call.method,
      headers: {
        ...call.headers,
        ...(call.body === undefined ? {} : { 'content-length': Buffer.byteLength(call.body) }),
      },
      agent,
      lookup: localLookup,
      // Whatever the environment says.
      ...(tls ? { rejectUnauthorized: true } : {}),
      ...(call.ca === undefined ? {} : { ca: call.ca }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const deadline = setTimeout(() => {
      request.destroy(
        Object.assign(new Error(`no answer within ${timeoutMs / 1000} s`), { code: 'ETIMEDOUT' }),
      );
    }, timeoutMs);
    request.on('close', () => clearTimeout(deadline));
    request.on('error', reject);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) request.destroy(new Error('the answer is larger than 8 MB'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(', ') : (value ?? ''),
            ]),
          ),
          text: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.end(call.body);
  });
}

/** What went wrong on the way, in words. */
export function networkFault(error: unknown, url: URL): string {
  const code = (error as { code?: string }).code ?? '';
  const host = url.host;
  const known: Record<string, string> = {
    ENOTFOUND: `the name ${url.hostname} is not known`,
    EAI_AGAIN: `the name ${url.hostname} could not be looked up (no network?)`,
    ECONNREFUSED: `nothing listens at ${host}`,
    ECONNRESET: `the connection to ${host} was cut`,
    EHOSTUNREACH: `there is no way to ${host} from here (VPN?)`,
    ENETUNREACH: `there is no way to ${host} from here (no network, VPN?)`,
    ETIMEDOUT: `${host} did not answer in time`,
    CERT_HAS_EXPIRED: `the TLS certificate of ${host} has expired`,
    DEPTH_ZERO_SELF_SIGNED_CERT: `the TLS certificate of ${host} is not signed by an authority that is trusted here`,
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: `the TLS certificate of ${host} is not signed by an authority that is trusted here`,
    SELF_SIGNED_CERT_IN_CHAIN: `the TLS certificate of ${host} is not signed by an authority that is trusted here (a proxy that inspects TLS?)`,
    ERR_TLS_CERT_ALTNAME_INVALID: `the TLS certificate is not for ${url.hostname}`,
  };
  return known[code] ?? `${error instanceof Error ? error.message : String(error)} (${host})`;
}
