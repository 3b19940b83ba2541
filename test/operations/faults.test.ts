/** Every call of grant and revoke broken once, in each way, driven by retries or by the sweep alone: nothing stays. */
import { describe, expect, it } from 'vitest';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { aWorld } from '../builders/world.ts';
import { Machine } from './machine.ts';
import { answerByMail, ask } from './story.ts';
import { breaches, leftovers, standingBindings } from './world-view.ts';

type Break = { point: string; nth: number; mode: 'before' | 'after' | 'twice' };
const quiet = new Set([
  'clock.now',
  'clock.sleep',
  'ids.requestId',
  'ids.secret',
  'metrics.count',
  'metrics.milliseconds',
  'messages.reviewMail',
]);

/** One whole story with a fault in it. Returns the points called, and what was wrong at any moment or left at the end. */
async function story(
  broken: Break | undefined,
  driver: 'retries' | 'sweep',
): Promise<{ calls: string[]; wrong: string[]; granted: boolean; happened: number }> {
  const world = aWorld();
  const machine = new Machine(world);
  const wrong: string[] = [];
  const look = async () => void wrong.push(...(await breaches(world)));
  const request = await ask(world);
  await machine.run();
  await answerByMail(world, request);
  const from = world.faults.calls.length;
  if (broken) world.faults.at(broken.point, broken.nth, broken.mode);
  let granted = false;
  for (let second = 0; second < 90; second++) {
    await machine.pass(1);
    await look();
    granted ||= standingBindings(world).length > 0;
    const stuck = world.faults.happened.length > 0 && driver === 'sweep';
    if (stuck) {
      machine.stop(request.id);
      machine.running = false;
      break;
    }
  }
  const calls = world.faults.calls.slice(from);
  world.faults.clear();
  machine.running = driver === 'retries';
  if (driver === 'sweep') {
    for (let minute = 0; minute < 20; minute++) {
      world.inside.clock.advance(60_000);
      await sweepGrants(world);
      await look();
    }
  } else await machine.pass(360);
  wrong.push(...(await leftovers(world)));
  return {
    calls,
    wrong: [...new Set(wrong)],
    granted,
    happened: world.faults.happened.length,
  };
}

const plain = await story(undefined, 'retries');
const points = new Map<string, number>();
const breaks: Break[] = plain.calls
  .filter((point) => !quiet.has(point))
  .flatMap((point) => {
    const nth = (points.get(point) ?? 0) + 1;
    points.set(point, nth);
    return nth > 6 ? [] : (['before', 'after', 'twice'] as const).map((mode) => ({ point, nth, mode }));
  });

describe('without faults', () => {
  it('access is given and nothing is left', () => {
    expect(plain.granted).toBe(true);
    expect(plain.wrong).toEqual([]);
    expect(breaks.length).toBeGreaterThan(90);
  });
});

describe.each(['retries', 'sweep'] as const)('one fault, then %s', (driver) => {
  it.each(breaks)('$mode call $nth of $point leaves nothing standing or unrecorded', async (broken) => {
    const { wrong, happened } = await story(broken, driver);
    expect(happened).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });
});
