/** Durations as people write them: `90s`, `30m`, `2h`, `1h30m`. */
import * as z from 'zod';

const pattern = /^(?:(\d{1,3})h)?(?:(\d{1,4})m)?(?:(\d{1,5})s)?$/;

/** Seconds of a written duration, or undefined when it isn't one. */
export function parseDuration(text: string): number | undefined {
  const match = pattern.exec(text.trim().toLowerCase());
  if (!match || match[0] === '') return undefined;
  const [, hours = '0', minutes = '0', seconds = '0'] = match;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

/** The shortest spelling: 5400 -> `1h30m`, 0 -> `0s`. */
export function formatDuration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.round(totalSeconds));
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const;
  return (
    parts
      .filter(([n]) => n > 0)
      .map(([n, unit]) => `${n}${unit}`)
      .join('') || '0s'
  );
}

/** For whoever reads the schema only; the parser below is what counts. */
const written = {
  minLength: 2,
  pattern: '^([0-9]{1,3}[hH])?([0-9]{1,4}[mM])?([0-9]{1,5}[sS])?$',
  examples: ['30m'],
};

/** Accepts `30m` (or `1800s`) and yields seconds; refuses zero and what isn't a duration. */
export const durationSchema = z
  .string()
  .meta(written)
  .transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds === undefined || seconds === 0) {
      context.addIssue({ code: 'custom', message: 'Write a duration such as 90s, 30m, 2h or 1h30m.' });
      return z.NEVER;
    }
    return seconds;
  });
