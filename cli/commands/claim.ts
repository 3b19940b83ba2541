/** `curfew claim`: signs for what others have asked for one, and waits until it is usable. */
import { Command } from 'commander';
import { claimedLine, onlyClaim } from '../claiming.ts';
import { openSession } from '../session.ts';
import { holdSignals } from '../signals.ts';
import { spanInWords, spanOf } from '../views/span.ts';
import { waitAndTell } from './request.ts';
import { requestId } from './show.ts';

export function claimCommand(): Command {
  return new Command('claim')
    .description('Claim what others, or a ticket, have asked for you: nothing of it exists before you do.')
    .argument('[id]', 'id of the request; the only one that waits for you, if left out')
    .option('--no-wait', "don't wait until it works")
    .addHelpText(
      'after',
      `
Examples:
  curfew claim                  the only one that waits for you
  curfew claim 01K9QT3M8G5Z0V1B2C3D4E5F6G

Its time begins now, unless it has a start of its own. You get it in the IAM role that you sign with. What you don't need,
or know nothing of: \`curfew withdraw <id>\`.`,
    )
    .action(async (given: string | undefined, options: { wait: boolean }, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const id = given === undefined ? (await onlyClaim(session)).id : requestId(given);
      const release = options.wait ? holdSignals() : undefined;
      try {
        const request = await session.api().claim(id);
        terminal.progress(claimedLine(request));
        const span = spanOf(request);
        const later = span !== undefined && Date.parse(span.from) > Date.now();
        if (options.wait && !later) return await waitAndTell(session, request);
        terminal.json(request);
        terminal.print(
          later
            ? `Your access is ${spanInWords(span)}. Wait for it: curfew show ${id} --wait`
            : `Go on waiting: curfew show ${id} --wait`,
        );
      } finally {
        release?.();
      }
    });
}
