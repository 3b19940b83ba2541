/** How long what could not be handed on waits for its next try. */

/** After the `tries`th try: 10 s, and twice as long each time, up to an hour. */
export function pauseSeconds(tries: number): number {
  return Math.min(3600, 10 * 2 ** Math.min(20, Math.max(0, tries - 1)));
}

/** With these, the last try comes about eleven hours after the first; then it is put aside for a person. */
export const mostTries = 20;
