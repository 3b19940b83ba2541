/** No longer than the role allows, and long enough to be opened and closed in order. */
import { formatDuration } from '../../duration.ts';
import { durationInLine } from '../../start.ts';
import type { Guardrail } from '../guardrail.ts';

/** Below this, opening would take up most of the time asked for. */
export const shortestSeconds = 10;

export const duration: Guardrail = ({ asked, role, firstStart }) => {
  const refuse = (reason: string) => [{ rule: 'duration', refuse: reason }];
  if (asked.durationSeconds < shortestSeconds)
    return refuse(`Ask for at least ${formatDuration(shortestSeconds)}.`);
  if (!role) return [];
  const whole = durationInLine(asked, firstStart);
  if (firstStart !== undefined && whole > role.maxDuration) {
    const left = role.maxDuration - (whole - asked.durationSeconds);
    return refuse(
      `Role "${asked.role}" is granted for at most ${formatDuration(role.maxDuration)}, counted from its first start at ${firstStart}. ` +
        (left >= shortestSeconds
          ? `It can be extended by ${formatDuration(left)}.`
          : 'It can not be extended any more.'),
    );
  }
  if (asked.durationSeconds > role.maxDuration) {
    return refuse(
      `Role "${asked.role}" is granted for at most ${formatDuration(role.maxDuration)}; ` +
        `you asked for ${formatDuration(asked.durationSeconds)}.`,
    );
  }
  return [];
};
