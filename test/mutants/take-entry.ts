/** Guards of taking an access entry: nobody else's, none that is being deleted, and none of an earlier role of the name. */
import { type Mutant, unit } from './mutant.ts';

const take = 'broker/operations/take-entry.ts';

export const takeEntryMutants: readonly Mutant[] = [
  {
    name: 'a hold is taken on an entry that another call is deleting',
    guards: 'a delete that hits a successor (N32)',
    changes: [
      {
        file: take,
        from: 'if (isLeased(item, world.clock.now())) throw busy();\n      await again',
        to: 'await again',
      },
      {
        file: take,
        from: 'if (item && isLeased(item, world.clock.now())) throw busy();',
        to: 'if (item === null) throw busy();',
      },
    ],
    killedBy: unit('operations/opening'),
  },
  {
    name: 'an entry that is on the books is not looked at on EKS',
    guards: 'entries deleted or replaced by hand (N21, N36)',
    changes: [
      {
        file: take,
        from: 'if (standing?.entryArn === item.entryArn) return true;',
        to: 'if (standing || item) return true;',
      },
    ],
    killedBy: unit('operations/overlap'),
  },
  {
    name: "somebody else's access entry is used whatever it renders",
    guards: 'a foreign entry (N36)',
    changes: [
      { file: take, from: 'if (!sameForm(standing, content)) throw foreign(item.key, standing);', to: '' },
    ],
    killedBy: unit('operations/overlap'),
  },
  {
    name: "somebody else's access entry counts as ours",
    guards: 'a foreign entry (N36)',
    changes: [
      {
        file: take,
        from: 'const owned = isOwned(standing.tags, world.settings.deployment);',
        to: "const owned = standing.tags !== undefined && world.settings.deployment !== '';",
      },
      {
        file: 'broker/operations/release-entry.ts',
        from: 'if (replaced || !isOwned(standing.tags, world.settings.deployment)) return;',
        to: 'if (replaced) return;',
      },
    ],
    killedBy: unit('operations/overlap'),
  },
  {
    name: 'a grant joins the entry of an earlier role of its name',
    guards: 'the IAM role behind an ARN (N35)',
    changes: [
      {
        file: take,
        from: 'if (item.roleId === roleId) return item;',
        to: 'if (item.roleId !== key.principalArn) return item;',
      },
    ],
    killedBy: unit('operations/opening'),
  },
];
