/** Takes a grant's hold on its principal's access entry, and makes the entry where there is none. */
import {
  creationToken,
  type EntryContent,
  type EntryItem,
  type EntryKey,
  entryContentOf,
  isOwned,
} from '#domain/access-entry.ts';
import { knownSubject } from '#domain/claim.ts';
import {
  EndRequested,
  EntryBusy,
  ForeignAccessEntry,
  IdentityRefused,
  RecordChanged,
  Unavailable,
} from '#domain/errors.ts';
import type { AccessRequest, Resolved } from '#domain/request.ts';
import type { StandingEntry, World } from '#ports';
import { deleteUnlessHeld, isLeased } from './release-entry.ts';

type Needs = Pick<World, 'clock' | 'settings' | 'ledger' | 'entries'>;
type Holder = Pick<AccessRequest, 'id' | 'subject'>;

/** More rounds than a principal has concurrent opens and closes within one call. */
const rounds = 8;

export function entryKeyOf({
  resolved,
  subject,
}: {
  resolved: Resolved;
  subject: Holder['subject'];
}): EntryKey {
  return { ...resolved.eksCluster, principalArn: knownSubject({ subject }).principalArn };
}

/** Throws EntryBusy while another call deletes the entry: to be asked before anything is written. */
export async function refuseIfBusy(world: Pick<World, 'clock' | 'ledger'>, key: EntryKey): Promise<void> {
  const item = await world.ledger.read(key);
  if (item && isLeased(item, world.clock.now())) throw busy();
}

const busy = () => new EntryBusy('The access entry is being deleted; try again in a moment.');

/**
 * Idempotent. When it returns, the entry stands and can't be deleted before this holder is released.
 * Throws EntryBusy while another call deletes it, ForeignAccessEntry where somebody else's stands, IdentityRefused where it
 * stands for an earlier role of this name, EndRequested when the grant is to end already.
 */
export async function takeEntry(world: Needs, key: EntryKey, holder: Holder): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    const item = await world.ledger.read(key);
    if (item?.state === 'deleting') {
      if (isLeased(item, world.clock.now())) throw busy();
      await again(() => deleteUnlessHeld(world, item));
      continue;
    }
    const held = await again(() => hold(world, key, item, holder));
    if (
      held &&
      (await ensureStanding(world, held, entryContentOf(key.principalArn, world.settings.deployment)))
    )
      return;
  }
  throw new EntryBusy('The access entry changes too often right now; try again in a moment.');
}

/** Runs one conditional step; undefined when somebody else was faster. */
async function again<T>(step: () => Promise<T>): Promise<T | undefined> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof RecordChanged) return undefined;
    throw error;
  }
}

async function hold(
  world: Needs,
  key: EntryKey,
  item: EntryItem | undefined,
  holder: Holder,
): Promise<EntryItem> {
  const next = nextItem(key, item, holder);
  if ((await world.ledger.hold(holder.id, item, next)) === 'held') return next;
  throw new EndRequested(`An end of ${holder.id} was requested.`, { details: { requestId: holder.id } });
}

function nextItem(key: EntryKey, item: EntryItem | undefined, holder: Holder): EntryItem {
  const { roleId } = knownSubject(holder);
  if (item?.state !== 'present' && item?.state !== 'creating') {
    const generation = (item?.generation ?? 0) + 1;
    return { key, state: 'creating', generation, roleId, owned: true };
  }
  if (item.roleId === roleId) return item;
  throw new IdentityRefused(
    `Grants of an earlier IAM role ${key.principalArn}, deleted since, still hold its access entry on ${key.eksName}. ` +
      'End them first: `curfew list` shows them.',
  );
}

/** True when the entry stands and the ledger says so; false to look again. */
async function ensureStanding(world: Needs, item: EntryItem, content: EntryContent): Promise<boolean> {
  if (item.state === 'present') {
    const standing = await world.entries.describe(item.key);
    if (standing?.entryArn === item.entryArn) return true;
    // Deleted or replaced behind our back: make it anew under the next generation.
    const { entryArn: _, ...rest } = item;
    await again(() =>
      world.ledger.move(item, { ...rest, state: 'creating', generation: item.generation + 1 }),
    );
    return false;
  }
  // Created first and looked at only when there is one: for some seconds EKS may show what was deleted, and only the
  // answer to the creation says which entry is the one that stands.
  const made = await world.entries.create(item.key, content, creationToken(item.key, item.generation));
  if (made !== 'exists') return settle(world, item, content, { ...content, ...made });
  const standing = await world.entries.describe(item.key);
  if (!standing) throw new Unavailable('EKS does not show the access entry yet.');
  return settle(world, item, content, standing);
}

async function settle(
  world: Needs,
  item: EntryItem,
  content: EntryContent,
  standing: StandingEntry,
): Promise<boolean> {
  const owned = isOwned(standing.tags, world.settings.deployment);
  if (!sameForm(standing, content)) throw foreign(item.key, standing);
  const present: EntryItem = { ...item, state: 'present', entryArn: standing.entryArn, owned };
  const settled = await again(async () => {
    await world.ledger.move(item, present);
    return true;
  });
  return settled ?? false;
}

/** An entry that renders usernames our way is used, whoever made it; it gives nothing by itself. */
function sameForm(standing: StandingEntry, wanted: EntryContent): boolean {
  return (
    standing.username === wanted.username && wanted.groups.every((group) => standing.groups.includes(group))
  );
}

function foreign(key: EntryKey, standing: StandingEntry): ForeignAccessEntry {
  const command = `aws eks delete-access-entry --cluster-name ${key.eksName} --principal-arn ${key.principalArn}`;
  return new ForeignAccessEntry(
    `${key.principalArn} has an access entry on ${key.eksName} that Curfew did not make (username ${standing.username}), ` +
      `and Curfew never changes such an entry. Its owner can remove this standing access with: ${command}`,
    { details: { command, entryArn: standing.entryArn } },
  );
}
