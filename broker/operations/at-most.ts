/** Does one thing for each of many, a few at a time, so that a crowd doesn't throttle itself. */

/** `work` has to catch its own faults: one that throws stops its lane. */
export async function atMost<T>(
  lanes: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const lane = async () => {
    for (let next = left.next(); !next.done; next = left.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: Math.min(lanes, items.length) }, lane));
}
