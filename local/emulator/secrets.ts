/** Secrets put into the emulator as its account's root user, as a platform team does it with the AWS CLI. */
import {
  CreateSecretCommand,
  PutSecretValueCommand,
  ResourceExistsException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { region, rootKeys } from './emulator.ts';

/** Makes it, or gives it another value. */
export async function createSecret(emulatorUrl: string, name: string, value: string): Promise<void> {
  const client = new SecretsManagerClient({ region, endpoint: emulatorUrl, credentials: rootKeys });
  try {
    await client.send(new CreateSecretCommand({ Name: name, SecretString: value }));
  } catch (error) {
    if (!(error instanceof ResourceExistsException)) throw error;
    await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: value }));
  } finally {
    client.destroy();
  }
}
