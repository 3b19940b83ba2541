/** `curfew configure`: keeps where the API is, after a look whether it is there. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { openApi } from '../api/client.ts';
import { openIdentity } from '../identity.ts';
import { jobToken } from '../job-token.ts';
import type { GlobalOptions } from '../session.ts';
import { configPath, parseApiUrl, readConfig, resolveSettings, writeConfig } from '../settings.ts';
import { openTerminal } from '../terminal/terminal.ts';

export function configureCommand(): Command {
  return new Command('configure')
    .description('Keep --url, --profile and --region in your config file; without any, show what is kept.')
    .option('--no-check', "don't call the API to see whether it answers")
    .action(async (options: { check: boolean }, command: Command) => {
      const { url, profile, region, output } = command.optsWithGlobals<GlobalOptions>();
      const terminal = openTerminal(output ?? 'text');
      const path = configPath();
      const before = readConfig(path);
      const config = {
        ...before,
        ...(url ? { url: parseApiUrl(url, '--url').href.replace(/\/$/, '') } : {}),
        ...(profile ? { profile } : {}),
        ...(region ? { region } : {}),
      };
      const changes = JSON.stringify(config) !== JSON.stringify(before);
      if (!changes && !url && !profile && !region) {
        terminal.json({ path, ...config });
        if (!config.url)
          throw new InvalidInput(
            'Nothing is kept yet. Give the URL of the API: curfew configure --url https://...',
          );
        terminal.print([path, ...Object.entries(config).map(([key, value]) => `  ${key}: ${value}`)]);
        return;
      }
      let who = '';
      if (options.check && config.url) {
        const identity = openIdentity(
          resolveSettings({ ...(profile ? { profile } : {}), ...(region ? { region } : {}) }),
        );
        const caller = await openApi({
          url: parseApiUrl(config.url, '--url'),
          identity,
          jobToken: jobToken(),
        }).whoami();
        who = caller.person ?? `${caller.principal.roleName}/${caller.sessionName}`;
      }
      writeConfig(path, config);
      terminal.json({ path, ...config });
      terminal.print(`Kept in ${path}.${who ? ` The API answers; you are ${who}.` : ''}`);
    });
}
