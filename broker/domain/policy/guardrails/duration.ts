/** No longer than the role allows, and long enough to be opened and closed in order. */
import { formatDuration } from '../../duration.ts';
import type { Guardrail } from '../guardrail.ts';

/** Below this, opening would take up most of the time asked for. */
export const shortestSeconds = 10;

export const duration: Guardrail = ({ asked, role }) => {
  const refuse = (reason: string) => [{ rule: 'duration', effect: 'refuse' as const, reason }];
  if (asked.durationSeconds < shortestSeconds)
    return refuse(`Ask for at least ${formatDuration(shortestSeconds)}.`);
  if (role && asked.durationSeconds > role.maxDuration) {
    return refuse(
      `Role "${asked.role}" is granted for at most ${formatDuration(role.maxDuration)}; ` +
        `you asked for ${formatDuration(asked.durationSeconds)}.`,
    );
  }
  return [];
};
