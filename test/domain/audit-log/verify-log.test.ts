import { describe, expect, it } from 'vitest';
import { checkpointKeys } from '#adapters/checkpoint-keys.ts';
import { faultKinds } from '#domain/audit-log/faults.ts';
import { verifyLog } from '#domain/audit-log/verify-log.ts';
import { addEvent, aLog, aLogKey, beginLog, diceOf, seal, sourceOf } from '../../builders/audit-log.ts';
import { type MutatedLog, mutated, mutationCount } from '../../builders/log-mutants.ts';

const key = aLogKey();
const { isSigned } = checkpointKeys(key.pem);

async function verified({ objects, marks, known, asOf }: Omit<MutatedLog, 'kind' | 'key' | 'did'>) {
  return verifyLog(sourceOf(objects, marks), {
    isSigned,
    ...(known && { known }),
    ...(asOf !== undefined && { asOf }),
  });
}

describe('a log', () => {
  it('that is whole has no fault, and is told by numbers', async () => {
    for (let seed = 0; seed < 50; seed++) {
      const log = aLog(key, { seed, seals: 1 + (seed % 7) });
      const known = log.checkpoints[seed % log.checkpoints.length];
      const { faults, leaves, events, checkpoints, waiting, last } = await verified({
        objects: log.objects,
        marks: {},
        ...(known && { known }),
        asOf: log.clock,
      });
      expect(faults).toEqual([]);
      const stored = [...log.objects.keys()].filter((one) => one.startsWith('events/')).length;
      expect({ leaves, events, checkpoints, waiting }).toEqual({
        leaves: stored,
        events: stored,
        checkpoints: log.checkpoints.length,
        waiting: 0,
      });
      expect(last).toEqual(log.checkpoints.at(-1)?.checkpoint);
    }
  });

  it('counts what waits for its leaf, and finds no fault in it', async () => {
    const log = aLog(key);
    addEvent(log, 7);
    expect(await verified({ objects: log.objects, marks: {} })).toMatchObject({ faults: [], waiting: 1 });
  });

  it('is not read again before a time that is given, though its tree is', async () => {
    const log = beginLog(key);
    seal(log, [addEvent(log, 1), addEvent(log, 2)]);
    const first = [...log.objects.keys()].find((one) => one.startsWith('events/')) ?? '';
    seal(log, [addEvent(log, 1)]);
    log.objects.set(first, '{}');
    const since = log.checkpoints[1]?.checkpoint.at ?? '';
    const { faults, events, leaves } = await verifyLog(sourceOf(log.objects), { isSigned, since });
    expect({ faults, events, leaves }).toEqual({ faults: [], events: 1, leaves: 3 });
    expect((await verifyLog(sourceOf(log.objects), { isSigned })).faults).toMatchObject([
      { kind: 'edited', key: first },
    ]);
  });

  it('without any checkpoint is a truncated one', async () => {
    const { faults } = await verified({ objects: new Map(), marks: {} });
    expect(faults).toMatchObject([{ kind: 'truncated', key: 'checkpoints/000000000001.json' }]);
  });
});

describe('whatever is done to a log (N59, N61)', () => {
  it('is called by its name, at the right object, and nothing else is', async () => {
    const kinds = new Set<string>();
    for (let n = 0; n < 12 * mutationCount; n++) {
      const seed = Math.floor(n / mutationCount);
      const mutant = mutated(aLog(key, { seed, seals: 2 + (seed % 4) }), n, diceOf(n));
      if (!mutant) continue;
      kinds.add(mutant.kind);
      const { faults } = await verified(mutant);
      expect(faults, mutant.did).toContainEqual({
        kind: mutant.kind,
        key: mutant.key,
        says: expect.any(String),
      });
      expect([...new Set(faults.map(({ kind }) => kind))], `${mutant.did} ${n}`).toEqual([mutant.kind]);
    }
    expect([...kinds].sort()).toEqual([...faultKinds].sort());
  });
});
