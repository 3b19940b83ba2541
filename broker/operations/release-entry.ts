/** Releases a grant's hold on an access entry and deletes the entry when it was the last and is ours. */
import { deleteLeaseMs, type EntryItem, type EntryKey, isOwned } from '#domain/access-entry.ts';
import { EntryBusy, StillStanding } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import type { World } from '#ports';

type Needs = Pick<World, 'clock' | 'settings' | 'ledger' | 'entries'>;

/** Describes until EKS no longer shows a deleted entry; it takes a moment there. */
const readBacks = 8;

/** Idempotent. Throws EntryBusy or StillStanding where a retry has to finish it. */
export async function releaseEntry(world: Needs, key: EntryKey, requestId: string): Promise<void> {
  await world.ledger.release(key, requestId);
  const item = await world.ledger.read(key);
  if (!item || item.state === 'absent') return;
  if (item.state === 'deleting') {
    // Somebody deletes it; only a dead one's work is taken over, so that no late delete hits a successor.
    if (world.clock.now() < (item.deleteLease ?? ''))
      throw new EntryBusy('The access entry is being deleted by another call.');
    return takeOverDelete(world, item);
  }
  if ((await world.ledger.holders(key)).length > 0) return;
  const deleting: EntryItem = {
    ...item,
    state: 'deleting',
    deleteLease: after(world.clock.now(), deleteLeaseMs),
  };
  await world.ledger.move(item, deleting);
  // From here no hold succeeds. One that came before is seen by this consistent read, and then the entry stays.
  if ((await world.ledger.holders(key)).length > 0) return world.ledger.move(deleting, item);
  return finishDelete(world, deleting);
}

/** Finishes the delete of a call that died. The new generation keeps a second one from doing so at the same time. */
export async function takeOverDelete(world: Needs, item: EntryItem): Promise<void> {
  const deleteLease = after(world.clock.now(), deleteLeaseMs);
  const mine: EntryItem = { ...item, generation: item.generation + 1, deleteLease };
  await world.ledger.move(item, mine);
  await finishDelete(world, mine);
}

/** Deletes what we made and proves it gone. The item must be `deleting`, with a lease of ours. */
async function finishDelete(world: Needs, item: EntryItem): Promise<void> {
  if (item.owned) await deleteOurs(world, item);
  const { entryArn: _, deleteLease: __, ...rest } = item;
  await world.ledger.move(item, { ...rest, state: 'absent' });
}

async function deleteOurs(world: Needs, item: EntryItem): Promise<void> {
  for (let look = 0; look < readBacks; look++) {
    const standing = await world.entries.describe(item.key);
    if (!standing) return;
    const replaced = item.entryArn !== undefined && standing.entryArn !== item.entryArn;
    if (replaced || !isOwned(standing.tags, world.settings.deployment)) return;
    if (look === 0) await world.entries.delete(item.key);
    else await world.clock.sleep(250 * look);
  }
  throw new StillStanding(
    `EKS still shows the access entry of ${item.key.principalArn} on ${item.key.eksName}.`,
  );
}
