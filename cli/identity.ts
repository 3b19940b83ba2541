/** The caller's own AWS identity: credentials and region, from where the AWS CLI would take them. */
import type { Credentials } from '#adapters/eks-token.ts';
import { IdentityRefused, InvalidInput } from '#domain/errors.ts';
import type { Settings } from './settings.ts';

export interface Identity {
  /** Refreshed when they are about to end. Throws IdentityRefused, saying how to sign in. */
  credentials(): Promise<Credentials>;
  /** Region for calls to AWS where nothing nearer says it. */
  region(): Promise<string>;
  /** How to sign in again, as a command to type. */
  signInHint: string;
}

/** The SDK warns on the console about things it then handles; a person can't act on those. */
const quiet = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export function openIdentity(
  settings: Pick<Settings, 'profile' | 'region'>,
  env: NodeJS.ProcessEnv = process.env,
): Identity {
  const profile = settings.profile ?? env.AWS_PROFILE;
  // As the AWS CLI does: keys in the environment win over AWS_PROFILE, and a profile named by option wins over both.
  const keysInEnvironment = Boolean(env.AWS_ACCESS_KEY_ID && env.AWS_SECRET_ACCESS_KEY);
  const useEnvironment = keysInEnvironment && settings.profile === undefined;
  const signInHint = useEnvironment
    ? 'get new AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN into this shell'
    : `aws sso login${profile ? ` --profile ${profile}` : ''}`;
  let provider: (() => Promise<Credentials & { expiration?: Date }>) | undefined;
  return {
    signInHint,
    async credentials() {
      if (!provider) {
        const providers = await import('@aws-sdk/credential-providers');
        provider = useEnvironment
          ? providers.fromEnv({ logger: quiet })
          : providers.fromNodeProviderChain({ ...(profile ? { profile } : {}), logger: quiet });
      }
      let found: Credentials & { expiration?: Date };
      try {
        found = await provider();
      } catch (error) {
        throw signInFault(error, profile, signInHint);
      }
      if (found.expiration && found.expiration.getTime() <= Date.now()) throw expired(signInHint);
      return found;
    },
    async region() {
      const direct = settings.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
      if (direct) return direct;
      const { STSClient } = await import('@aws-sdk/client-sts');
      try {
        return await new STSClient({ ...(profile ? { profile } : {}), logger: quiet }).config.region();
      } catch {
        throw new InvalidInput(
          'No AWS region is known. Set it with --region, AWS_REGION, or `curfew configure --region <region>`.',
        );
      }
    },
  };
}

export function expired(signInHint: string): IdentityRefused {
  return new IdentityRefused(
    `Your AWS sign-in has expired. Sign in again, then repeat the command:\n  ${signInHint}`,
  );
}

function signInFault(error: unknown, profile: string | undefined, hint: string): IdentityRefused {
  const message = error instanceof Error ? error.message : String(error);
  if (/expired|refresh|was not found or is invalid|reauthenticate/i.test(message)) return expired(hint);
  if (profile && /could not be found|could not resolve|Profile .* (not found|requires)/i.test(message)) {
    return new IdentityRefused(
      `The AWS profile "${profile}" can't be used: ${message}\nSee which there are with \`aws configure list-profiles\`.`,
      { cause: error },
    );
  }
  if (/Could not load credentials from any providers/.test(message)) {
    return new IdentityRefused(
      profile
        ? `The AWS profile "${profile}" gives no credentials. Sign in:\n  ${hint}\nIf there is no such profile: \`aws configure list-profiles\` shows which there are.`
        : `No AWS credentials found. Sign in and name the profile:\n  aws sso login --profile <profile>\n  export AWS_PROFILE=<profile>   (or --profile on each command)`,
      { cause: error },
    );
  }
  return new IdentityRefused(`Your AWS credentials can't be read: ${message}`, { cause: error });
}
