/** Where the API is and as whom to call it: options, then the environment, then the config file. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';
import { isLoopback } from './http-call.ts';

const configSchema = z.strictObject({
  url: z.string().optional(),
  region: z.string().optional(),
  profile: z.string().optional(),
});
export type Config = z.output<typeof configSchema>;

/** What the options of a command say; each may be missing. */
export interface SettingOptions {
  url?: string;
  region?: string;
  profile?: string;
}

export interface Settings {
  /** AWS profile by name; absent = whatever the environment gives. */
  profile?: string;
  region?: string;
  /** Base URL of the API, without a slash at its end. Throws InvalidInput, saying how to set it. */
  apiUrl(): URL;
}

/** `$XDG_CONFIG_HOME/curfew/config.json`, else `~/.config/curfew/config.json`. */
export function configPath(env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config');
  return join(base, 'curfew', 'config.json');
}

export function readConfig(path: string): Config {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new InvalidInput(`Can't read ${path}: ${(error as Error).message}`, { cause: error });
  }
  try {
    return configSchema.parse(JSON.parse(text));
  } catch (error) {
    const fault = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new InvalidInput(
      `The config file ${path} is not valid:\n${fault}\nMend it, or run \`curfew configure\`.`,
    );
  }
}

export function writeConfig(path: string, config: Config): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
}

/** The address as a URL, or InvalidInput naming where it came from. */
export function parseApiUrl(text: string, from: string): URL {
  let url: URL;
  try {
    url = new URL(text.replace(/\/+$/, ''));
  } catch {
    throw new InvalidInput(
      `"${text}" (${from}) is not a URL. It looks like https://<id>.execute-api.<region>.amazonaws.com/prod or https://curfew.example.com.`,
    );
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new InvalidInput(
      `The URL from ${from} must be only https://host/path: no user, password, query or fragment.`,
    );
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new InvalidInput(
      `"${text}" (${from}) must start with https://. Plain http is for this machine (localhost) only.`,
    );
  }
  return url;
}

export function resolveSettings(options: SettingOptions, env: NodeJS.ProcessEnv = process.env): Settings {
  const path = configPath(env);
  const config = readConfig(path);
  const profile = options.profile ?? config.profile;
  const region = options.region ?? env.CURFEW_REGION ?? config.region;
  return {
    ...(profile ? { profile } : {}),
    ...(region ? { region } : {}),
    apiUrl() {
      if (options.url) return parseApiUrl(options.url, '--url');
      if (env.CURFEW_URL) return parseApiUrl(env.CURFEW_URL, 'CURFEW_URL');
      if (config.url) return parseApiUrl(config.url, path);
      throw new InvalidInput(
        [
          "curfew doesn't know where its API is. Your platform team has the URL (output ApiUrl of their stack). Set it once:",
          '  curfew configure --url https://<id>.execute-api.<region>.amazonaws.com/prod',
          'or for one shell: export CURFEW_URL=https://...; or for one command: --url https://...',
        ].join('\n'),
      );
    },
  };
}
