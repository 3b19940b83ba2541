/** Secrets: Secrets Manager's own API, signed, as the emulator checks it. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sdkOptions } from '#adapters/sdk-options.ts';
import { SecretsManager, secretsManager } from '#adapters/secrets-manager.ts';
import { Unavailable } from '#domain/errors.ts';
import { rootKeys } from '#local/emulator/emulator.ts';
import { createSecret } from '#local/emulator/secrets.ts';
import { localCloud, region } from './local-cloud.ts';

const clientAt = (endpoint: string, credentials: { accessKeyId: string; secretAccessKey: string }) =>
  new SecretsManagerClient({ ...sdkOptions('answering', region), endpoint, credentials });

describe('Secrets in Secrets Manager', () => {
  const { emulator } = localCloud();

  it('are read by their names, as they are now', async () => {
    const { url } = emulator();
    await createSecret(url, 'curfew/webhooks/jira', 'first\nsecond');
    const secrets = secretsManager(region);
    expect(await secrets.read('curfew/webhooks/jira')).toBe('first\nsecond');
    await createSecret(url, 'curfew/webhooks/jira', 'second');
    expect(await secrets.read('curfew/webhooks/jira')).toBe('second');
  });

  it('that are not there are none', async () => {
    expect(await secretsManager(region).read('curfew/webhooks/nobody')).toBeUndefined();
  });

  it("can't be read by whoever may not, and the message holds no key", async () => {
    const { url } = emulator();
    const credentials = { accessKeyId: 'AKIAWRONG', secretAccessKey: 'hunter2' };
    const failed = new SecretsManager(clientAt(url, credentials)).read('curfew/webhooks/jira');
    await expect(failed).rejects.toThrow(Unavailable);
    await expect(failed).rejects.toThrow(/Reading the secret curfew\/webhooks\/jira failed/);
    await expect(failed).rejects.not.toThrow(/hunter2/);
  });
});

describe('a service that does not answer as it should', () => {
  let answer: { status: number; body: string };
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume();
    response.writeHead(answer.status).end(answer.body);
  });
  beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise<unknown>((resolve) => server.close(resolve)));
  const read = () => {
    asked = 0;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new SecretsManager(clientAt(url, rootKeys)).read('s');
  };

  it.each([
    [500, '{"__type": "InternalServiceError"}'],
    [400, '{"__type": "com.amazonaws.secretsmanager#ThrottlingException"}'],
    [503, ''],
  ])('with %d %s is unavailable, after a second try', async (status, body) => {
    answer = { status, body };
    await expect(read()).rejects.toThrow(Unavailable);
    expect(asked).toBe(2);
  });

  it.each(['{}', 'not json'])('with 200 %s is unavailable', async (body) => {
    answer = { status: 200, body };
    await expect(read()).rejects.toThrow(Unavailable);
  });

  it.each([
    'ResourceNotFoundException',
    'com.amazonaws.secretsmanager#ResourceNotFoundException',
    'InvalidRequestException',
  ])('with %s has no such secret', async (fault) => {
    answer = { status: 400, body: JSON.stringify({ __type: fault }) };
    expect(await read()).toBeUndefined();
    expect(asked).toBe(1);
  });
});
