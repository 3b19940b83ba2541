/** Plays the simulator's histories of seeds from one number to another, until one breaks an invariant: then it ends with 3, and its last line says which. */
import { play } from '../simulation/play.ts';
import { historyOf } from '../simulation/simulate/seeds.ts';

Error.stackTraceLimit = 0;

const [from = Number.NaN, to = Number.NaN] = process.argv.slice(2).map(Number);
if (!(from <= to)) {
  console.error('Usage: play-histories.ts FIRST-SEED LAST-SEED');
  process.exit(2);
}
try {
  for (let seed = from; seed <= to; seed++) {
    const { broken } = await play(historyOf(seed));
    if (!broken) continue;
    console.log(`history ${seed} breaks "${broken.invariant.name}"`);
    process.exit(3);
  }
} catch (error) {
  console.error(String(error));
  process.exit(2);
}
