/** EKS may go on showing an access entry for a moment after its delete, or its predecessor after it was made anew. */
import { expect, it } from 'vitest';
import { calm } from './cloud/fate.ts';
import type { Ask, History } from './people/history.ts';
import { play } from './play.ts';

const ask = (atSecond: number, seconds: number): Ask => ({
  atSecond,
  who: 'alice',
  role: 'pod-reader',
  namespaces: ['payments'],
  seconds,
  answers: [{ afterSeconds: 2, by: 'rita', answer: 'approve', via: 'signed', digest: 'shown' }],
  sequels: [],
});

/** A second grant that is opened just when the first one's entry was deleted. */
const history = (seed: number): History => ({
  seed,
  asks: [ask(1, 40), ask(41, 40)],
  mishaps: [],
  weather: { ...calm, staleMs: 3_000, ghosts: true },
});

async function broken(): Promise<Set<string>> {
  const names = new Set<string>();
  for (let seed = 1; seed <= 600; seed++) {
    const outcome = await play(history(seed));
    if (outcome.broken) names.add(outcome.broken.invariant.name);
  }
  return names;
}

it('a ghost is neither taken for the entry nor kept as what has to be deleted', async () => {
  expect([...(await broken())]).toEqual([]);
});
