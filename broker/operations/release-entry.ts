/** Releases a grant's hold on an access entry and deletes the entry when it was the last and is ours. */
import { deleteLeaseMs, type EntryItem, type EntryKey, isOwned } from '#domain/access-entry.ts';
import { EntryBusy, StillStanding } from '#domain/errors.ts';
import { after, type Instant } from '#domain/instant.ts';
import type { StandingEntry, World } from '#ports';

type Needs = Pick<World, 'clock' | 'settings' | 'ledger' | 'entries'>;

/** Describes until EKS no longer shows a deleted entry; it takes a moment there. */
const readBacks = 8;

/** Idempotent. Throws EntryBusy or StillStanding where a retry has to finish it. */
export async function releaseEntry(world: Needs, key: EntryKey, requestId: string): Promise<void> {
  await world.ledger.release(key, requestId);
  const item = await world.ledger.read(key);
  if (!item || item.state === 'absent') return;
  // Only a dead call's delete is taken over, so that no late delete hits a successor.
  if (isLeased(item, world.clock.now()))
    throw new EntryBusy('The access entry is being deleted by another call.');
  if (item.state !== 'deleting' && (await world.ledger.holders(key)).length > 0) return;
  await deleteUnlessHeld(world, item);
}

/** Whether another call is deleting this entry right now. */
export function isLeased(item: EntryItem, now: Instant): boolean {
  return item.state === 'deleting' && now < (item.deleteLease ?? '');
}

/**
 * Claims the delete, also that of a call that died in it, and deletes unless somebody holds the entry: then it goes back
 * to standing. The claim's new generation keeps a second call from doing so at the same time.
 */
export async function deleteUnlessHeld(world: Needs, item: EntryItem): Promise<void> {
  const deleteLease = after(world.clock.now(), deleteLeaseMs);
  const claimed: EntryItem = { ...item, state: 'deleting', generation: item.generation + 1, deleteLease };
  await world.ledger.move(item, claimed);
  // From here no hold succeeds. One that came before is seen by this consistent read, and then the entry stays.
  const { entryArn, deleteLease: _, ...rest } = claimed;
  if ((await world.ledger.holders(item.key)).length > 0) {
    return world.ledger.move(
      claimed,
      entryArn ? { ...rest, entryArn, state: 'present' } : { ...rest, state: 'creating' },
    );
  }
  if (claimed.owned) await deleteOurs(world, claimed);
  await world.ledger.move(claimed, { ...rest, state: 'absent' });
}

/** Where EKS can't be asked nothing was sent either: whoever tries next need not wait for a delete that may come late. */
async function firstLook(world: Needs, claimed: EntryItem): Promise<StandingEntry | undefined> {
  try {
    return await world.entries.describe(claimed.key);
  } catch (error) {
    await world.ledger.move(claimed, { ...claimed, deleteLease: world.clock.now() });
    throw error;
  }
}

async function deleteOurs(world: Needs, item: EntryItem): Promise<void> {
  for (let look = 0; look < readBacks; look++) {
    const standing = await (look === 0 ? firstLook(world, item) : world.entries.describe(item.key));
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
