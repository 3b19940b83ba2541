/** Compares a cluster's access entries with the ledger: what nobody holds is deleted, what was edited ends its grants. */
import { type EntryItem, type EntryKey, editOf, entryContentOf, isForAsking } from '#domain/access-entry.ts';
import { inTurn } from '#domain/cluster-sweep.ts';
import type { LiveGrant } from '#domain/live-grant.ts';
import type { StandingEntry } from '#ports';
import { atMost } from './at-most.ts';
import { endFound } from './end-found.ts';
import type { EndingNeeds } from './end-together.ts';
import { deleteUnlessHeld, isLeased } from './release-entry.ts';
import { attempted, type SweepReport } from './sweep-report.ts';

/** Entries of a page that are read in one sweep, ours and unknown ones each; the others have their turn in the next. */
const looks = 25;
const lanes = 5;
/** EKS may show what was deleted seconds ago. */
const settleMs = 10_000;

/** `turn` counts the sweeps of this cluster. */
export async function sweepEntries(
  world: EndingNeeds,
  keys: readonly EntryKey[],
  live: readonly LiveGrant[],
  turn: number,
  report: SweepReport,
): Promise<void> {
  // Entries of IAM users are nobody's but theirs.
  const roles = keys.filter(({ principalArn }) => /:role\//.test(principalArn));
  const items = await world.ledger.readAll(roles);
  const known = roles.flatMap((key, i) => {
    const item = items[i];
    return item && item.state !== 'absent' && item.owned ? [{ key, item }] : [];
  });
  const unknown = roles.flatMap((key, i) => {
    const item = items[i];
    return !item || item.state === 'absent' ? [{ key, item }] : [];
  });
  await atMost(lanes, inTurn(known, looks, turn), ({ item }) =>
    attempted(report, `access entry of ${item.key.principalArn}`, () => sweepOurs(world, item, live, report)),
  );
  await sweepUnknown(world, inTurn(unknown, looks, turn), report);
}

/** One that the ledger knows: it has to be what we made, and somebody has to hold it. */
async function sweepOurs(
  world: EndingNeeds,
  item: EntryItem,
  live: readonly LiveGrant[],
  report: SweepReport,
): Promise<void> {
  if (isLeased(item, world.clock.now())) return;
  const { key } = item;
  const standing = await world.entries.describe(key);
  if (!standing) return;
  if (item.entryArn !== undefined && standing.entryArn !== item.entryArn) {
    report.drift.push(`the access entry of ${key.principalArn} was replaced by another`);
    return;
  }
  const edit = await editOfEntry(world, key, standing);
  if (edit !== undefined) {
    const reason = `the access entry of ${key.principalArn} was edited by hand: ${edit}`;
    report.drift.push(reason);
    const theirs = live.filter(({ subject }) => subject.principalArn === key.principalArn);
    await endFound(world, new Map(theirs.map(({ requestId }) => [requestId, reason])), report);
  }
  // Ending the last grant deleted it.
  const now = await world.ledger.read(key);
  if (!now || now.state === 'absent' || now.generation !== item.generation) return;
  if ((await world.ledger.holders(key)).length > 0) return;
  await deleteUnlessHeld(world, now);
  report.orphans.push(`access entry of ${key.principalArn}`);
}

async function editOfEntry(
  world: EndingNeeds,
  key: EntryKey,
  standing: StandingEntry,
): Promise<string | undefined> {
  const edit = editOf(standing, entryContentOf(key.principalArn, world.settings.deployment));
  if (edit !== undefined) return edit;
  const policies = await world.entries.policies(key);
  return policies.length > 0 ? `it has access policies (${policies.join(', ')})` : undefined;
}

type Unknown = { key: EntryKey; item: EntryItem | undefined };

/** Most of these are other people's and stay as they are. One with our tags was made by a call that came too late. */
async function sweepUnknown(
  world: EndingNeeds,
  entries: readonly Unknown[],
  report: SweepReport,
): Promise<void> {
  const suspects: (Unknown & { entryArn: string })[] = [];
  const { deployment } = world.settings;
  const look = (list: readonly Unknown[], see: (one: Unknown, standing: StandingEntry) => unknown) =>
    atMost(lanes, list, (one) =>
      attempted(report, `access entry of ${one.key.principalArn}`, async () => {
        const standing = await world.entries.describe(one.key);
        if (standing && isForAsking(standing, deployment)) await see(one, standing);
      }),
    );
  await look(entries, (one, { entryArn }) => suspects.push({ ...one, entryArn }));
  if (suspects.length === 0) return;
  await world.clock.sleep(settleMs);
  await look(suspects, async ({ key, item }, { entryArn }) => {
    const before = item ?? (await registered(world, key));
    await deleteUnlessHeld(world, { ...before, entryArn, owned: true });
    report.orphans.push(`access entry of ${key.principalArn}`);
  });
}

/** The ledger has to know it before its delete can be claimed. */
async function registered(world: EndingNeeds, key: EntryKey): Promise<EntryItem> {
  const item: EntryItem = { key, state: 'absent', generation: 0, roleId: '', owned: true };
  await world.ledger.move(undefined, item);
  return item;
}
