/** `curfew after-review`: looks back at somebody else's use of break-glass, and answers for it with one's own identity. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { requestDigest } from '#domain/request.ts';
import type { AfterReviewAnswer } from '../api/client.ts';
import { openSession, type Session } from '../session.ts';
import { askUntil } from '../terminal/ask.ts';
import { requestSummary } from '../views/request-summary.ts';
import { timeline } from '../views/timeline.ts';
import { what, whoAsked } from '../views/words.ts';
import { requestId } from './show.ts';

interface Options {
  accept?: boolean;
  dispute?: boolean;
  reason?: string;
}

export function afterReviewCommand(): Command {
  return new Command('after-review')
    .description("Look back at somebody else's use of break-glass, and accept or dispute it.")
    .argument('<id>', 'id of the request')
    .option('--accept', 'it was right')
    .option('--dispute', 'it was not right; go after it, too')
    .option('--reason <text>', 'what you have seen; it stays on record')
    .addHelpText(
      'after',
      `
Examples:
  curfew list --open                                    what waits for you, also after-reviews
  curfew after-review 01K9QT3M8G5Z0V1B2C3D4E5F6G        at a terminal: shows it and asks
  curfew after-review 01K9QT3M8G5Z0V1B2C3D4E5F6G --accept --reason "Rolled back 1.42.0, as INC-1042 says"

It can be answered once the access is over, by a member of the groups that the catalog names, and once it is overdue by an
operator; never by the one who used it.`,
    )
    .action(async (given: string, options: Options, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      if (options.accept && options.dispute)
        throw new InvalidInput('--accept and --dispute: give one of them.');
      const { request, events } = await session.api().show(requestId(given));
      terminal.print([...requestSummary(request), '', ...timeline(events), '']);
      const answer = await answerOf(session, options);
      // Of what was shown above: should the record differ by now, the API refuses the answer.
      const digest = requestDigest(request as Parameters<typeof requestDigest>[0]);
      const after = await session.api().reviewAfterwards(request.id, { ...answer, digest });
      terminal.json(after);
      const verb = answer.verdict === 'accept' ? 'Accepted' : 'Disputed';
      terminal.print(`${verb}: ${what(after)}, taken by ${whoAsked(after)}. It is on record.`);
    });
}

/** Throws InvalidInput with all that is missing where nobody can be asked. */
async function answerOf(
  { terminal }: Session,
  { accept, dispute, reason }: Options,
): Promise<Pick<AfterReviewAnswer, 'verdict' | 'reason'>> {
  const given = accept ? 'accept' : dispute ? 'dispute' : undefined;
  if (given && reason) return { verdict: given, reason };
  if (!terminal.interactive)
    throw new InvalidInput(
      `Missing: ${[...(given ? [] : ['--accept or --dispute']), ...(reason ? [] : ['--reason <text>'])].join(' and ')}. Nothing was sent.`,
    );
  const verdict =
    given ??
    ((await askUntil('Accept or dispute it? ', (answer) =>
      answer === 'accept' || answer === 'dispute' ? undefined : 'Write accept or dispute.',
    )) as AfterReviewAnswer['verdict']);
  return {
    verdict,
    reason: reason ?? (await askUntil('Why? ', (answer) => (answer ? undefined : 'A reason is needed.'))),
  };
}
