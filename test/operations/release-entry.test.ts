/** Releasing an access entry: each rule by itself, with somebody else in between, since the others would hide its loss. */
import { describe, expect, it } from 'vitest';
import { type MemoryWorld, memoryRoles } from '#adapters/memory/world.ts';
import { type EntryContent, type EntryItem, type EntryKey, entryContent } from '#domain/access-entry.ts';
import { Unavailable } from '#domain/errors.ts';
import { releaseEntry } from '#operations/release-entry.ts';
import { aWorld, stored } from '../builders/world.ts';

const key: EntryKey = {
  eksName: 'payments-prod',
  region: 'us-east-1',
  principalArn: memoryRoles.developer.arn,
};

/** An entry of ours that one grant holds, and what is told of it may be wrong. */
async function held(item: Partial<EntryItem> = {}, content: Partial<EntryContent> = {}) {
  const world = aWorld();
  const made = world.inside.entries.plant(key, {
    ...entryContent(memoryRoles.developer, 'memory'),
    ...content,
  });
  const present: EntryItem = {
    key,
    state: 'present',
    generation: 1,
    roleId: memoryRoles.developer.roleId,
    entryArn: made.entryArn,
    owned: true,
    ...item,
  };
  const { id } = await stored(world.inside.records, { status: 'granting' });
  await world.inside.ledger.hold(id, undefined, present);
  return { world, id, made, present };
}

const itemOf = (world: MemoryWorld) => world.inside.ledger.read(key);
const standing = (world: MemoryWorld) => world.inside.entries.describe(key);

/** Does `work` just before the next call of a method of the ledger. */
function before(world: MemoryWorld, method: 'move' | 'holders', work: () => Promise<unknown>): void {
  const ledger = world.ledger;
  const original = ledger[method].bind(ledger) as (...args: unknown[]) => Promise<never>;
  ledger[method] = async (...args: unknown[]) => {
    ledger[method] = original;
    await work();
    return original(...args);
  };
}

it('deletes what was ours and nobody holds any more', async () => {
  const { world, id } = await held();
  await releaseEntry(world, key, id);
  expect(await standing(world)).toBeUndefined();
  expect(await itemOf(world)).toMatchObject({ state: 'absent' });
});

describe('who takes a hold while another lets go', () => {
  it('before the delete is claimed keeps the entry: holders are looked at once more (N19)', async () => {
    const { world, id, present } = await held();
    const other = await stored(world.inside.records, { status: 'granting' });
    before(world, 'move', () => world.inside.ledger.hold(other.id, present, present));
    await releaseEntry(world, key, id);
    expect(await standing(world)).toBeDefined();
    expect(await itemOf(world)).toMatchObject({ state: 'present', entryArn: present.entryArn });
    expect(await world.inside.ledger.holders(key)).toEqual([other.id]);
  });

  it('finds it claimed before anything of it is deleted', async () => {
    const { world, id, present } = await held();
    const other = await stored(world.inside.records, { status: 'granting' });
    const seen: boolean[] = [];
    const remove = world.entries.delete.bind(world.entries);
    world.entries.delete = async (of) => {
      const late = world.inside.ledger.hold(other.id, present, present);
      seen.push(
        await late.then(
          () => true,
          () => false,
        ),
      );
      await remove(of);
    };
    await releaseEntry(world, key, id);
    expect(seen).toEqual([false]);
    expect(await world.inside.ledger.holders(key)).toEqual([]);
  });
});

it('of two that take over one stuck delete, the second sees that it is taken (N32)', async () => {
  const { world, id, present } = await held();
  const stuck: EntryItem = { ...present, state: 'deleting', deleteLease: '2026-11-21T07:59:00.000Z' };
  await world.inside.ledger.move(present, stuck);
  before(world, 'move', () => releaseEntry({ ...world, ledger: world.inside.ledger }, key, id));
  await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'RecordChanged' });
  expect(await itemOf(world)).toMatchObject({ state: 'absent', generation: 2 });
});

it('a claim is a new generation, whatever becomes of it: who saw the one before it comes too late', async () => {
  const { world, id, present } = await held();
  await releaseEntry(world, key, id);
  const item = await itemOf(world);
  expect(item?.generation).toBeGreaterThan(present.generation);
});

describe('is left standing', () => {
  const remaining = async (world: MemoryWorld, id: string) => {
    await releaseEntry(world, key, id);
    expect(await itemOf(world)).toMatchObject({ state: 'absent' });
    expect(world.faults.calls).not.toContain('entries.delete');
    return standing(world);
  };

  it('what has not our tags, though the ledger has it as ours (N36)', async () => {
    const { world, id, made } = await held({}, { tags: { team: 'payments' } });
    expect(await remaining(world, id)).toEqual(made);
  });

  it('what has another ARN than what we made, though it has our tags (N32)', async () => {
    const { world, id, made } = await held({
      entryArn: 'arn:aws:eks:us-east-1:111122223333:access-entry/x/1',
    });
    expect(await remaining(world, id)).toEqual(made);
  });

  it('what the ledger knows not to be ours, though it has our tags by now (N36)', async () => {
    const { world, id, made } = await held({ owned: false });
    expect(await remaining(world, id)).toEqual(made);
  });
});

describe('a claimed delete that fails', () => {
  it('before anything was sent to EKS is finished by the next try, without waiting for it', async () => {
    const { world, id } = await held();
    world.faults.at('entries.describe');
    await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'Unavailable' });
    expect(world.faults.calls).not.toContain('entries.delete');
    await releaseEntry(world, key, id);
    expect(await itemOf(world)).toMatchObject({ state: 'absent', generation: 3 });
  });

  it.each(['before', 'after'] as const)(
    'with the delete sent (%s it was done) keeps others off for as long as it may come late (N32)',
    async (mode) => {
      const { world, id } = await held();
      world.faults.at('entries.delete', 1, mode);
      await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'Unavailable' });
      await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'EntryBusy' });
      world.inside.clock.advance(60_000);
      await releaseEntry(world, key, id);
      expect(await itemOf(world)).toMatchObject({ state: 'absent' });
    },
  );
});

describe('a delete that EKS has answered', () => {
  it('is over when EKS shows the entry no more, and not before (N21)', async () => {
    const { world, id } = await held();
    const describeEntry = world.inside.entries.describe.bind(world.inside.entries);
    const { made } = { made: await standing(world) };
    let shows = 3;
    world.entries.describe = async (of) => (shows-- > 0 ? made : describeEntry(of));
    await releaseEntry(world, key, id);
    expect(shows).toBeLessThan(0);
    expect(await itemOf(world)).toMatchObject({ state: 'absent' });
  });

  it('keeps its lease when EKS can not be asked after it, since it may still come', async () => {
    const { world, id } = await held();
    const describeEntry = world.entries.describe.bind(world.entries);
    world.entries.delete = async () => {
      world.entries.describe = async () => {
        throw new Unavailable('EKS does not answer.');
      };
    };
    await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'Unavailable' });
    world.entries.describe = describeEntry;
    await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'EntryBusy' });
  });

  it('and shows for ever is not told as gone, and is finished by another try (N27)', async () => {
    const { world, id } = await held();
    const made = await standing(world);
    const describeEntry = world.entries.describe.bind(world.entries);
    world.entries.describe = async () => made;
    await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'StillStanding' });
    expect(await itemOf(world)).toMatchObject({ state: 'deleting' });
    world.entries.describe = describeEntry;
    await expect(releaseEntry(world, key, id)).rejects.toMatchObject({ name: 'EntryBusy' });
    world.inside.clock.advance(60_000);
    await releaseEntry(world, key, id);
    expect(await itemOf(world)).toMatchObject({ state: 'absent' });
  });
});
