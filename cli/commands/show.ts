/** `curfew show`: one request with its timeline. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { openSession, type Session } from '../session.ts';
import { requestSummary } from '../views/request-summary.ts';
import { timeline } from '../views/timeline.ts';
import { usageInWords } from '../views/usage.ts';
import { waitAndTell } from './request.ts';

export function showCommand(): Command {
  return new Command('show')
    .description('Show a request with its timeline; without an id, your latest.')
    .argument('[id]', 'id of the request')
    .option('--wait', 'wait until its access works, as `curfew request` does')
    .action(async (given: string | undefined, options: { wait?: boolean }, command: Command) => {
      const session = openSession(command);
      const id = given === undefined ? await latest(session) : requestId(given);
      const found = await session.api().show(id);
      if (options.wait) {
        await waitAndTell(session, found.request);
        return;
      }
      session.terminal.json(found);
      const { request, events, usage } = found;
      session.terminal.print([...requestSummary(request), ...usageInWords(usage), '', ...timeline(events)]);
    });
}

/** Ids are read aloud and typed: case and stray spaces don't matter. Throws InvalidInput. */
export function requestId(text: string): string {
  const id = text
    .trim()
    .toUpperCase()
    .replace(/^CURFEW-/, '');
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return id;
  throw new InvalidInput(
    `"${text}" is not the id of a request: 26 letters and digits. \`curfew list\` shows them.`,
  );
}

async function latest(session: Session): Promise<string> {
  const { items } = await session.api().list({ scope: 'mine', limit: 1 });
  const [request] = items;
  if (request) return request.id;
  throw new InvalidInput('You have asked for nothing yet. Give an id, or see `curfew list --open`.');
}
