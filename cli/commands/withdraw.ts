/** `curfew withdraw`: takes a request back before anything was granted. */
import { Command } from 'commander';
import { openSession } from '../session.ts';
import { what } from '../views/words.ts';
import { requestId } from './show.ts';

export function withdrawCommand(): Command {
  return new Command('withdraw')
    .description('Take your request back, before access was granted.')
    .argument('<id>', 'id of the request')
    .option('--reason <text>', 'for the record')
    .action(async (given: string, options: { reason?: string }, command: Command) => {
      const session = openSession(command);
      const request = await session.api().withdraw(requestId(given), options.reason);
      session.terminal.json(request);
      session.terminal.print(`Withdrawn: ${what(request)}. Nothing was granted.`);
    });
}
