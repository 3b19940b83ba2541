/** Secrets put into the emulator as its account's root user, as a platform team does it with the AWS CLI. */
import { callSecretsManager } from '#adapters/secrets-manager.ts';
import { region, rootKeys } from './emulator.ts';

/** Makes it, or gives it another value. */
export async function createSecret(emulatorUrl: string, name: string, value: string): Promise<void> {
  const root = { region, url: new URL('/', emulatorUrl), credentials: async () => rootKeys };
  const once = { SecretString: value, ClientRequestToken: crypto.randomUUID() };
  const made = await callSecretsManager(root, 'CreateSecret', { Name: name, ...once });
  if (made.ok) return;
  const changed = await callSecretsManager(root, 'PutSecretValue', { SecretId: name, ...once });
  if (!changed.ok) throw new Error(`The secret ${name} could not be put: ${await changed.text()}`);
}
