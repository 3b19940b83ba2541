/** `curfew approve` and `curfew deny`: a review, signed with the reviewer's own identity, of exactly what was shown. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { requestDigest } from '#domain/request.ts';
import type { RequestView } from '#http/request-view.ts';
import { bewareOf } from '../beware.ts';
import { CancelledByUser } from '../failures.ts';
import { openSession } from '../session.ts';
import { askYes } from '../terminal/ask.ts';
import { requestSummary } from '../views/request-summary.ts';
import { standing, what, whoAsked } from '../views/words.ts';
import { requestId } from './show.ts';

export function approveCommand(): Command {
  return reviewCommand('approve', 'Approve a request, after it was shown to you.', [
    'curfew approve 01K9QT3M8G5Z0V1B2C3D4E5F6G',
    'curfew approve 01K9QT3M8G5Z0V1B2C3D4E5F6G --yes --reason "seen INC-1042"',
  ]);
}

export function denyCommand(): Command {
  return reviewCommand('deny', 'Deny a request. Say why: the requester reads it.', [
    'curfew deny 01K9QT3M8G5Z0V1B2C3D4E5F6G --reason "Use the dashboard instead"',
  ]);
}

function reviewCommand(answer: 'approve' | 'deny', description: string, examples: string[]): Command {
  return new Command(answer)
    .description(description)
    .argument('<id>', 'id of the request')
    .option('--reason <text>', 'for the requester and the record')
    .option('-y, --yes', "don't ask whether it is meant")
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`)
    .action(async (given: string, options: { reason?: string; yes?: boolean }, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const { request, holds } = await session.api().show(requestId(given));
      const beware = answer === 'approve' ? bewareOf(await session.api().catalog(), request) : [];
      terminal.print([...requestSummary(request, { beware, holds }), '']);
      if (!options.yes && answer === 'approve') {
        if (!terminal.interactive) {
          throw new InvalidInput(
            'Nobody can be asked here whether it is meant: say --yes to approve what is shown above.',
          );
        }
        if (!(await askYes(`Approve this?`))) throw new CancelledByUser('Not approved; nothing was sent.');
      }
      // Of what was shown above: should the record differ by now, the API refuses the answer.
      const digest = requestDigest(request as Parameters<typeof requestDigest>[0]);
      const { reason } = options;
      const after = await session.api().review(request.id, { answer, digest, ...(reason ? { reason } : {}) });
      terminal.json(after);
      terminal.print(outcome(after, answer));
    });
}

/** What an answer has come to, in a sentence or two. */
export function outcome(request: RequestView, answer: 'approve' | 'deny'): string {
  const verb = answer === 'approve' ? 'Approved' : 'Denied';
  const rest = request.status === 'pending' ? ` Still ${standing(request)}.` : '';
  return `${verb}: ${what(request)}, asked by ${whoAsked(request)}.${rest}`;
}
