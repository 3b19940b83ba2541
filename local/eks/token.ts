/** The rules by which a cluster takes a `k8s-aws-v1.` token, before it asks STS whose it is. */

/** Why a token is refused; never holds the token or any part of it that is secret. */
export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
}

/** A token that may be put to STS. */
export interface PresentedToken {
  /** Host that was signed for: that of STS in some region. */
  host: string;
  /** Path and query, as signed. */
  pathAndQuery: string;
  /** When it stops being taken, whatever STS says. */
  expiresAt: Date;
  accessKeyId: string;
}

const prefix = 'k8s-aws-v1.';
const maximumBytes = 4096;
const validForMs = 15 * 60_000;

/** All of them, and nothing else: a parameter that nobody thought of must not reach STS. */
const allowedParameters = new Set([
  'action',
  'version',
  'x-amz-algorithm',
  'x-amz-credential',
  'x-amz-date',
  'x-amz-expires',
  'x-amz-security-token',
  'x-amz-signature',
  'x-amz-signedheaders',
]);

/** Regional endpoints, FIPS and dual-stack too; the global one. A local cluster is one of the commercial partition. */
const stsHost =
  /^(?:sts\.amazonaws\.com|sts(?:-fips)?\.[a-z]{2}(?:-[a-z]+)+-\d\.amazonaws\.com|sts(?:-fips)?\.[a-z]{2}(?:-[a-z]+)+-\d\.api\.aws)$/;

/** Checks everything about `token` that can be known without asking. Throws TokenRefused. */
export function readToken(token: string, now: Date): PresentedToken {
  if (Buffer.byteLength(token) > maximumBytes) throw new TokenRefused('It is longer than 4096 bytes.');
  if (!token.startsWith(prefix)) throw new TokenRefused(`It does not begin with ${prefix}`);
  const encoded = token.slice(prefix.length);
  if (!/^[\w-]+$/.test(encoded)) throw new TokenRefused('It is not base64url without padding.');
  const text = Buffer.from(encoded, 'base64url').toString();
  // As text, not as parsed: a parser forgives a missing slash, drops a default port and lower-cases a host.
  const [, host, pathAndQuery] = /^https:\/\/([^/?#]*)(\/\?[^#\s]*)$/.exec(text) ?? [];
  if (host === undefined || pathAndQuery === undefined) {
    throw new TokenRefused('It does not hold an https URL with the path / and a query.');
  }
  if (!stsHost.test(host)) throw new TokenRefused('Its URL is not that of STS.');
  const parameter = readParameters(new URLSearchParams(pathAndQuery.slice(2)));

  if (parameter('action') !== 'GetCallerIdentity')
    throw new TokenRefused('Its action is not GetCallerIdentity.');
  if (!parameter('x-amz-signedheaders').toLowerCase().split(';').includes('x-k8s-aws-id')) {
    throw new TokenRefused('Its signature does not cover x-k8s-aws-id, the name of a cluster.');
  }
  const expires = parameter('x-amz-expires');
  if (!/^\d{1,6}$/.test(expires) || Number(expires) > 900) {
    throw new TokenRefused('Its X-Amz-Expires is not a number from 0 to 900.');
  }
  const expiresAt = new Date(readAmzDate(parameter('x-amz-date')).getTime() + validForMs);
  if (expiresAt < now) throw new TokenRefused('It is older than 15 minutes.');
  const accessKeyId = parameter('x-amz-credential').split('/')[0] ?? '';
  if (accessKeyId === '') throw new TokenRefused('Its X-Amz-Credential names no access key.');
  return { host, pathAndQuery, expiresAt, accessKeyId };
}

function readParameters(query: URLSearchParams): (name: string) => string {
  const values = new Map<string, string>();
  for (const [key, value] of query) {
    const name = key.toLowerCase();
    if (!allowedParameters.has(name)) throw new TokenRefused('Its URL has a parameter that is not allowed.');
    if (values.has(name)) throw new TokenRefused(`Its URL has the parameter ${key} twice.`);
    values.set(name, value);
  }
  return (name) => values.get(name) ?? '';
}

function readAmzDate(text: string): Date {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(date.getTime())) throw new TokenRefused('Its X-Amz-Date is not a date.');
  return date;
}
