/** Secrets of AWS Secrets Manager by their names: one call of its JSON API, signed as the function's own role. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { fromEnv } from '@aws-sdk/credential-providers';
import { SignatureV4 } from '@smithy/signature-v4';
import * as z from 'zod';
import { Unavailable } from '#domain/errors.ts';
import type { Secrets } from '#ports';
import { type Credentials, dnsSuffix } from './eks-token.ts';
import { serviceEndpoint } from './environment.ts';
import { attempt } from './unavailable.ts';

const answerSchema = z.looseObject({ SecretString: z.string() });
const faultSchema = z.looseObject({ __type: z.string() });

/** Both mean that there is no such secret: not made, or about to be deleted. */
const missing = /(^|#)(ResourceNotFoundException|InvalidRequestException)$/;

/** All tries together leave a function of some seconds the time to answer. */
const tries = 2;
const timeoutMs = 1_500;

export interface SecretsManagerCaller {
  region: string;
  url: URL;
  credentials: () => Promise<Credentials>;
}

/** One operation, signed; its answer is for the caller to judge. */
export async function callSecretsManager(
  { region, url, credentials }: SecretsManagerCaller,
  operation: string,
  input: Record<string, string>,
): Promise<Response> {
  const signer = new SignatureV4({ service: 'secretsmanager', region, credentials, sha256: Sha256 });
  const body = JSON.stringify(input);
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    headers: {
      host: url.host,
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': `secretsmanager.${operation}`,
    },
    body,
  });
  const { host: _, ...sent } = headers;
  const signal = AbortSignal.timeout(timeoutMs);
  return fetch(url, { method: 'POST', headers: sent, body, redirect: 'error', signal });
}

export class SecretsManager implements Secrets {
  readonly #caller: SecretsManagerCaller;
  constructor(caller: SecretsManagerCaller) {
    this.#caller = caller;
  }

  async read(name: string): Promise<string | undefined> {
    const what = `Reading the secret ${name}`;
    for (let tried = 1; ; tried++) {
      try {
        return await attempt(what, () => this.#once(what, name));
      } catch (error) {
        if (tried === tries) throw error;
      }
    }
  }

  async #once(what: string, name: string): Promise<string | undefined> {
    const answer = await callSecretsManager(this.#caller, 'GetSecretValue', { SecretId: name });
    const value: unknown = await answer.json();
    if (answer.ok) return answerSchema.parse(value).SecretString;
    const { __type: fault } = faultSchema.parse(value);
    if (missing.test(fault)) return undefined;
    throw new Unavailable(`${what} failed (${fault.split('#').at(-1)}). Try again shortly.`);
  }
}

export function secretsManager(region: string): SecretsManager {
  const usual = `https://secretsmanager.${region}.${dnsSuffix(region)}`;
  const url = new URL('/', serviceEndpoint('SECRETS_MANAGER') ?? usual);
  return new SecretsManager({ region, url, credentials: fromEnv() });
}
