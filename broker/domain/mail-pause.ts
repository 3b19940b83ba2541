/** How long to wait between two tries to send a mail that could not be sent. */

/** The first pause leaves time to whoever sends it by rights. */
const shortestMs = 60_000;
const longestMs = 30 * 60_000;

/** In milliseconds, after so many tries. */
export function mailPauseMs(tries: number): number {
  return Math.min(shortestMs * 2 ** Math.max(0, tries - 1), longestMs);
}
