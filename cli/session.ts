/** What every command works with, opened from its options: the terminal, the caller's identity, the API. */
import type { Command } from 'commander';
import { type Api, openApi } from './api/client.ts';
import { type Identity, openIdentity } from './identity.ts';
import { jobToken } from './job-token.ts';
import { resolveSettings, type SettingOptions } from './settings.ts';
import { type OutputFormat, openTerminal, type Terminal } from './terminal/terminal.ts';

export interface GlobalOptions extends SettingOptions {
  output?: OutputFormat;
}

export interface Session {
  terminal: Terminal;
  identity: Identity;
  /** AWS profile in use, where one was named; goes into kubeconfigs. */
  profile?: string;
  /** Opened at first use, since not every command needs it. Throws InvalidInput when its URL is not known. */
  api(): Api;
}

export function openSession(command: Command): Session {
  const options = command.optsWithGlobals<GlobalOptions>();
  const settings = resolveSettings(options);
  const identity = openIdentity(settings);
  let api: Api | undefined;
  return {
    terminal: openTerminal(options.output ?? 'text'),
    identity,
    ...(settings.profile ? { profile: settings.profile } : {}),
    api() {
      api ??= openApi({ url: settings.apiUrl(), identity, jobToken: jobToken() });
      return api;
    },
  };
}
