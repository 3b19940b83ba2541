/** `curfew revoke`: ends access now, and stays until it is proven gone. */
import { Command } from 'commander';
import { Unavailable } from '#domain/errors.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { onlyGrant } from '../my-grants.ts';
import { openSession } from '../session.ts';
import { interruptible } from '../signals.ts';
import { standing, what, whoAsked } from '../views/words.ts';
import { waitForEnd } from '../waiting/wait-for-end.ts';
import { requestId } from './show.ts';

/** Revoking takes seconds; much longer means that something is broken, which a person should hear. */
export const confirmWithinMs = 90_000;

export function revokeCommand(): Command {
  return new Command('revoke')
    .description('End access now; without an id, your own where there is just one.')
    .argument('[id]', 'id of the request')
    .option('--reason <text>', 'for the record', 'ended early with curfew revoke')
    .option('--no-wait', "don't wait until it is proven gone")
    .addHelpText(
      'after',
      `
Examples:
  curfew revoke                                       I'm done
  curfew revoke 01K9QT3M8G5Z0V1B2C3D4E5F6G --reason "laptop lost"`,
    )
    .action(
      async (given: string | undefined, options: { reason: string; wait: boolean }, command: Command) => {
        const session = openSession(command);
        const { terminal } = session;
        const id = given === undefined ? (await onlyGrant(session, 'end')).id : requestId(given);
        let request = await session.api().revoke(id, options.reason);
        if (options.wait && !isFinal(request.status)) {
          terminal.progress(
            'The end is on record; waiting for the proof that the access is gone (mostly seconds, at most about half a minute).',
          );
          const ending = await interruptible((signal) =>
            waitForEnd(session, id, { withinMs: confirmWithinMs, signal }),
          );
          request = ending.request;
          if (!ending.confirmed) {
            throw new Unavailable(
              `The end of ${id} is on record, but it is not confirmed yet that the access is gone (${request.status}). Curfew goes on trying by itself; look with \`curfew show ${id}\`, and tell your platform team if it stays so.`,
              { details: { requestId: id, status: request.status } },
            );
          }
        }
        terminal.json(request);
        const line = standing(request);
        terminal.print(`${what(request)} (${whoAsked(request)}): ${line}.`);
      },
    );
}
