/** Guards of CloseGrant and of releasing an access entry: who is last, what is ours, one delete at a time, gone is proven. */
import { type Mutant, unit } from './mutant.ts';

const close = 'broker/operations/close-grant.ts';
const release = 'broker/operations/release-entry.ts';
const heldBefore = "if (item.state !== 'deleting' && (await world.ledger.holders(key)).length > 0) return;";
const heldAfter = 'if ((await world.ledger.holders(item.key)).length > 0) {';

export const closeMutants: readonly Mutant[] = [
  {
    name: 'the record says revoked before the entry is released',
    guards: 'status by what was observed (N21)',
    changes: [
      { file: close, from: '  await release(world, seen, unbound);\n', to: '' },
      {
        file: close,
        from: '  const { ending, grant } = request;\n',
        to: '  await release(world, seen, unbound);\n  const { ending, grant } = request;\n',
      },
    ],
    killedBy: unit('operations/faults'),
  },
  {
    name: 'the record says revoked and the entry is not released at all',
    guards: 'entries that nobody needs any more',
    changes: [{ file: close, from: '  await release(world, seen, unbound);\n', to: '' }],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'when access ended is forgotten over an entry that can not be released',
    guards: 'lateness is what it was',
    changes: [
      {
        file: 'broker/domain/transitions/close.ts',
        from: 'grant.unboundAt ?? unbound.unboundAt',
        to: 'unbound.unboundAt',
      },
    ],
    killedBy: unit('operations/eks-away'),
  },
  {
    name: 'CloseGrant closes what EndGrant has not begun to end',
    guards: 'the order of the steps of the end',
    changes: [
      {
        file: 'broker/domain/transitions/close.ts',
        from: "if (status !== 'revoking')\n",
        to: "if (status === 'pending')\n",
      },
      {
        file: 'broker/domain/lifecycle.ts',
        from: "active: ['revoking'],",
        to: "active: ['revoking', 'revoked'],",
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
  {
    name: 'the first grant that ends deletes the entry of the others',
    guards: 'overlapping grants (N19)',
    changes: [
      { file: release, from: heldBefore, to: '' },
      { file: release, from: heldAfter, to: 'if (item === null) {' },
    ],
    killedBy: unit('operations/overlap'),
  },
  {
    name: 'holders are not looked at again once the delete is claimed',
    guards: 'a hold that comes between look and claim (N19)',
    changes: [{ file: release, from: heldAfter, to: 'if (item === null) {' }],
    killedBy: unit('operations/opening'),
  },
  {
    name: 'holders are looked at before the delete is claimed and not after',
    guards: 'a hold that comes between look and claim (N19)',
    changes: [
      {
        file: release,
        from: '  await world.ledger.move(item, claimed);\n',
        to: '  const others = await world.ledger.holders(item.key);\n  await world.ledger.move(item, claimed);\n',
      },
      { file: release, from: heldAfter, to: 'if (others.length > 0) {' },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'the entry is deleted before the delete is claimed',
    guards: 'a hold that comes while EKS deletes (N19)',
    changes: [
      {
        file: release,
        from: '  await world.ledger.move(item, claimed);\n',
        to: '  if (claimed.owned && (await world.ledger.holders(item.key)).length === 0) await deleteOurs(world, claimed);\n  await world.ledger.move(item, claimed);\n',
      },
      { file: release, from: '  if (claimed.owned) await deleteOurs(world, claimed);\n', to: '' },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'the claim of a delete does not count as a new generation',
    guards: 'two deletes at once (N32)',
    changes: [
      {
        file: release,
        from: "state: 'deleting', generation: item.generation + 1, deleteLease };",
        to: "state: 'deleting', deleteLease };",
      },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'a delete that another call is at is taken over at once',
    guards: 'a late delete that hits a successor (N32)',
    changes: [
      {
        file: release,
        from: "if (isLeased(item, world.clock.now()))\n    throw new EntryBusy('The access entry is being deleted by another call.');\n",
        to: '',
      },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'a delete that was sent gives up its lease when EKS does not answer after it',
    guards: 'a late delete that hits a successor (N32)',
    changes: [{ file: release, from: 'await (look === 0 ? firstLook', to: 'await (look >= 0 ? firstLook' }],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'the lease of a delete is over before its call is',
    guards: 'a late delete that hits a successor (N32)',
    changes: [
      {
        file: 'broker/domain/access-entry.ts',
        from: 'deleteLeaseMs = 60_000;',
        to: 'deleteLeaseMs = 20_000;',
      },
    ],
    killedBy: unit('infra/lifecycle'),
  },
  {
    name: 'an entry without our tags is deleted',
    guards: 'only what we made (N36)',
    changes: [
      {
        file: release,
        from: 'if (replaced || !isOwned(standing.tags, world.settings.deployment)) return;',
        to: 'if (replaced) return;',
      },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'an entry that replaced ours is deleted',
    guards: 'same name, new object (N32)',
    changes: [
      { file: release, from: 'if (replaced || !isOwned(standing.tags', to: 'if (!isOwned(standing.tags' },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'an entry of our form that stood there before us is deleted',
    guards: 'only what we made (N36)',
    changes: [
      { file: release, from: 'if (claimed.owned) await deleteOurs', to: 'await deleteOurs' },
      {
        file: release,
        from: 'if (replaced || !isOwned(standing.tags, world.settings.deployment)) return;',
        to: 'if (replaced) return;',
      },
    ],
    killedBy: unit('operations/overlap'),
  },
  {
    name: 'an entry that this deployment did not create is deleted for its tags alone',
    guards: 'only what we made (N36)',
    changes: [{ file: release, from: 'if (claimed.owned) await deleteOurs', to: 'await deleteOurs' }],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'the delete of an entry is not read back',
    guards: 'status by what was observed (N21)',
    changes: [
      {
        file: release,
        from: 'if (look === 0) await world.entries.delete(item.key);\n',
        to: 'if (look === 0) return world.entries.delete(item.key);\n',
      },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'the last look at an entry that still stands counts as success',
    guards: 'retries exhausted is not revoked (N27)',
    changes: [
      {
        file: release,
        from: '  throw new StillStanding(\n    `EKS still',
        to: '  if (readBacks > 0) return;\n  throw new StillStanding(\n    `EKS still',
      },
    ],
    killedBy: unit('operations/release-entry'),
  },
  {
    name: 'a grant that ends does not give up its hold',
    guards: 'entries that nobody needs any more',
    changes: [{ file: release, from: '  await world.ledger.release(key, requestId);\n', to: '' }],
    killedBy: unit('operations/loop'),
  },
  {
    name: 'a stack with live grants may be taken down',
    guards: 'grants that nothing would revoke any more',
    changes: [
      {
        file: 'broker/operations/guard-removal.ts',
        from: 'mayStand(status) || onTheWay.includes(status)',
        to: "status === 'active'",
      },
    ],
    killedBy: unit('operations/guard-removal'),
  },
  {
    name: 'a grant that was never usable and one that was are told alike',
    guards: 'what the record says of access that was used',
    changes: [
      {
        file: 'broker/domain/transitions/close.ts',
        from: "advance(rest, used ? 'revoked' : 'failed', step)",
        to: "advance(rest, 'failed', step)",
      },
    ],
    killedBy: unit('operations/loop'),
  },
];
