/** Secrets put into the emulator as its account's root user, as a platform team does it with the AWS CLI. */
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { region, rootKeys } from './emulator.ts';

/** Makes it, or gives it another value. */
export async function createSecret(emulatorUrl: string, name: string, value: string): Promise<void> {
  const made = await call(emulatorUrl, 'CreateSecret', { Name: name, SecretString: value });
  if (made.ok) return;
  const changed = await call(emulatorUrl, 'PutSecretValue', { SecretId: name, SecretString: value });
  if (!changed.ok) throw new Error(`The secret ${name} could not be put: ${await changed.text()}`);
}

async function call(
  emulatorUrl: string,
  operation: string,
  input: Record<string, string>,
): Promise<Response> {
  const url = new URL('/', emulatorUrl);
  const body = JSON.stringify({ ...input, ClientRequestToken: crypto.randomUUID() });
  const signer = new SignatureV4({
    service: 'secretsmanager',
    region,
    credentials: rootKeys,
    sha256: Sha256,
  });
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
  return fetch(url, { method: 'POST', headers: sent, body });
}
