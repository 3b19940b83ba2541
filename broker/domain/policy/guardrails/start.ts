/** A start that lies ahead, within reach, and with time left behind it. */
import { formatDuration } from '../../duration.ts';
import { after } from '../../instant.ts';
import { endsAt } from '../../start.ts';
import type { Guardrail } from '../guardrail.ts';

/** Longer ahead, nobody can say yet whether it will be needed. */
const furthestSeconds = 7 * 24 * 3600;

export const start: Guardrail = ({ asked, now }) => {
  const refuse = (reason: string) => [{ rule: 'start', refuse: reason }];
  if (asked.startsAt === undefined) return [];
  if (now >= endsAt(asked, now))
    return refuse(
      `A grant from ${asked.startsAt} for ${formatDuration(asked.durationSeconds)} would be over already.`,
    );
  if (asked.startsAt > after(now, furthestSeconds * 1000))
    return refuse(`Ask for a start within ${formatDuration(furthestSeconds)}.`);
  return [];
};
