/** Guards of the sweep of a cluster: it believes the record, sees what was edited by hand, and takes away only what is ours. */
import { type Mutant, unit } from './mutant.ts';

const bindings = 'broker/operations/sweep-bindings.ts';
const entries = 'broker/operations/sweep-entries.ts';
const findings = 'broker/domain/findings.ts';

export const driftMutants: readonly Mutant[] = [
  {
    name: 'what nobody asked for is believed of the index alone',
    guards: 'less access, and never a live grant’s (N21)',
    changes: [
      {
        file: bindings,
        from: 'const found = await confirmed(world, cluster, shown.kind, suspected, report);',
        to: 'const found = cluster ? [...suspected] : await confirmed(world, cluster, shown.kind, suspected, report);',
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'the sweep acts on records that it could not read',
    guards: 'faults end nobody’s access by mistake',
    changes: [{ file: bindings, from: 'if (!records.has(requestId)) continue;', to: '' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'a grant ends because a list left its RoleBinding out',
    guards: 'absence is looked for at its very place',
    changes: [{ file: bindings, from: 'if (!standing) return finding;', to: 'return finding;' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'a RoleBinding without a live grant is left standing',
    guards: 'crashes between record and creation (N21)',
    changes: [
      {
        file: findings,
        from: "if (!live) return { kind: 'orphan', requestId, standing, reason: `${place} stands without a live grant` };",
        to: 'if (!live) return undefined;',
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'a subject that was added by hand is not seen',
    guards: 'drift (N50)',
    changes: [{ file: findings, from: "if (others.length > 0) return 'it has more subjects';", to: '' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'another subject that was written in by hand is not seen',
    guards: 'drift (N50)',
    changes: [
      {
        file: findings,
        from: "if (subject?.kind !== kind || subject.name !== name) return 'it has another subject';",
        to: '',
      },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'a RoleBinding that was made anew by hand is not seen',
    guards: 'same name, new object (N32)',
    changes: [
      {
        file: findings,
        from: "if (binding.uid !== undefined && binding.uid !== standing.uid) return 'it was made anew';",
        to: '',
      },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'an expiry that was put off by hand is not seen',
    guards: 'drift (N26)',
    changes: [
      {
        file: findings,
        from: "return 'it gives another role';\n  if (standing.expiresAt !== live.expiresAt) return 'it has another expires-at';",
        to: "return 'it gives another role';",
      },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'a RoleBinding past its end is left to those who failed to end it',
    guards: 'everyone out on time (N21)',
    changes: [
      {
        file: findings,
        from: 'if (after(live.expiresAt, patienceMs) <= now)\n',
        to: "if (live.expiresAt === '')\n",
      },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'the sweep deletes access entries of anybody',
    guards: 'only what we made (N36)',
    changes: [
      {
        file: entries,
        from: 'if (standing && isForAsking(standing, deployment)) await see(one, standing);',
        to: 'if (standing && deployment) await see(one, standing);',
      },
      {
        file: 'broker/operations/release-entry.ts',
        from: 'if (replaced || !isOwned(standing.tags, world.settings.deployment)) return;',
        to: 'if (replaced) return;',
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'the sweep deletes the entry that lets the cluster leg in',
    guards: 'revoking works as long as there is something to revoke',
    changes: [
      {
        file: 'broker/domain/access-entry.ts',
        from: "return isOwned(tags, deployment) && username.startsWith('curfew:');",
        to: "return isOwned(tags, deployment) && username !== '';",
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'the sweep takes an entry that EKS still shows for an orphan',
    guards: 'reads of EKS that lag',
    changes: [{ file: entries, from: '  await world.clock.sleep(settleMs);\n', to: '' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'the sweep reports an entry that replaced ours and ends nothing, but deletes it',
    guards: 'same name, new object (N32)',
    changes: [
      {
        file: entries,
        from: 'if (item.entryArn !== undefined && standing.entryArn !== item.entryArn) {',
        to: 'if (standing.entryArn === undefined) {',
      },
      {
        file: 'broker/operations/release-entry.ts',
        from: 'if (replaced || !isOwned(standing.tags',
        to: 'if (!isOwned(standing.tags',
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'an entry whose username or groups were edited is not seen',
    guards: 'drift (N52)',
    changes: [{ file: entries, from: 'if (edit !== undefined) return edit;', to: '' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'an access policy that was put on our entry is not seen',
    guards: 'drift (N52)',
    changes: [{ file: entries, from: 'return policies.length > 0 ?', to: 'return policies.length < 0 ?' }],
    killedBy: unit('operations/sweep-cluster'),
  },
  {
    name: 'a role that was made anew under its old name keeps its grants',
    guards: 'the IAM role behind an ARN (N35)',
    changes: [
      {
        file: 'broker/operations/sweep-principals.ts',
        from: 'else if (found.roleId !== subject.roleId) reasons.set',
        to: "else if (found.roleId === '') reasons.set",
      },
    ],
    killedBy: unit('operations/sweep-cluster'),
  },
];
