/** Secrets of AWS Secrets Manager by their names. */
import {
  GetSecretValueCommand,
  InvalidRequestException,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '#ports';
import { sdkOptions } from './sdk-options.ts';
import { attempt, unavailable } from './unavailable.ts';

export class SecretsManager implements Secrets {
  readonly #client: SecretsManagerClient;
  constructor(client: SecretsManagerClient) {
    this.#client = client;
  }

  async read(name: string): Promise<string | undefined> {
    const what = `Reading the secret ${name}`;
    const value = await attempt(what, async () => {
      try {
        return await this.#client.send(new GetSecretValueCommand({ SecretId: name }));
      } catch (error) {
        // Both mean that there is no such secret: not made, or about to be deleted.
        if (error instanceof ResourceNotFoundException || error instanceof InvalidRequestException)
          return 'missing';
        throw error;
      }
    });
    if (value === 'missing') return undefined;
    if (value.SecretString === undefined) throw unavailable(what, new Error('it holds no text'));
    return value.SecretString;
  }
}

export function secretsManager(region: string): SecretsManager {
  return new SecretsManager(new SecretsManagerClient(sdkOptions('answering', region)));
}
