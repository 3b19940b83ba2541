/** Says plainly what break-glass means before it is used, and lets a person write that they mean it. */
import { formatDuration } from '#domain/duration.ts';
import { InvalidInput } from '#domain/errors.ts';
import type { CatalogView } from '#http/routes/catalog.ts';
import type { NewRequest } from './api/client.ts';
import { CancelledByUser } from './failures.ts';
import type { Session } from './session.ts';
import { askLine } from './terminal/ask.ts';
import { safeText } from './terminal/safe-text.ts';

/** What has to be typed: a yes is written faster than it is thought. */
const word = 'break-glass';

export interface Meant {
  /** It is meant: nobody is asked. */
  yes: boolean;
  /** One line from the person. */
  ask?: (question: string) => Promise<string>;
}

/** Throws CancelledByUser where they don't mean it, InvalidInput where nobody can be asked. */
export async function confirmBreakGlass(
  session: Session,
  body: NewRequest,
  { yes, ask = askLine }: Meant,
): Promise<void> {
  const { terminal } = session;
  const { roles } = await session.api().catalog();
  const role = roles.find(({ name }) => name === body.role);
  for (const line of meaning(body, role?.breakGlass)) terminal.progress(safeText(line));
  if (yes) return;
  if (!terminal.interactive)
    throw new InvalidInput('Nobody can be asked here whether break-glass is meant: say --yes if it is.');
  const written = await ask(`Type ${word} if this is an emergency: `);
  if (written.toLowerCase() !== word) throw new CancelledByUser('Not asked for; nothing was sent.');
}

type Allowed = CatalogView['roles'][number]['breakGlass'];

function meaning({ role, cluster }: NewRequest, allowed: Allowed): string[] {
  const first = `Break-glass gives you ${role} on ${cluster} at once, without anybody's review.`;
  if (!allowed) return [first];
  const { maxDurationSeconds, afterReviewFrom, afterReviewWithinSeconds } = allowed;
  const within = formatDuration(afterReviewWithinSeconds);
  return [
    first,
    `  Longest:   ${formatDuration(maxDurationSeconds)}; to go on longer takes the usual reviews.`,
    '  Told now:  its reviewers, the operators, and whoever else the catalog names, with your reason.',
    `  Afterward: one of ${afterReviewFrom.join(', ')} reviews what you did, within ${within}. As long as that is overdue, you get no further one.`,
  ];
}
