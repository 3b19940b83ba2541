/** Guards of the sweep: it needs no execution, never gives up, believes the record, and takes away only what is ours. */
import { histories, type Mutant, unit } from './mutant.ts';

const grants = 'broker/operations/sweep-grants.ts';
const bindings = 'broker/operations/sweep-bindings.ts';
const entries = 'broker/operations/sweep-entries.ts';
const findings = 'broker/domain/findings.ts';
const lifecycle = 'broker/domain/lifecycle.ts';

export const sweepMutants: readonly Mutant[] = [
  {
    name: 'the sweep gives up what failed for a quarter of an hour',
    guards: 'never gives up (N27)',
    changes: [
      { file: grants, from: 'request === newest || isTry(request)', to: 'isTry(request)' },
      {
        file: 'broker/domain/transitions/note-standing.ts',
        from: 'return minutes <= 3 || minutes % 15 === 0 || (minutes < 15',
        to: 'return minutes <= 3 || (minutes < 15',
      },
    ],
    killedBy: unit('operations/never-gives-up'),
  },
  {
    name: 'a grant that can not be ended hides behind others that can not',
    guards: 'never gives up (N27)',
    changes: [{ file: grants, from: 'if (ended > 0 && later.length > 0) await', to: 'if (ended < 0) await' }],
    killedBy: unit('operations/never-gives-up'),
  },
  {
    name: 'the sweep leaves grants alone that an execution should end',
    guards: 'executions that vanished or hang (N22)',
    changes: [
      {
        file: grants,
        from: 'const live = requests.filter(({ status }) => mayStand(status));',
        to: "const live = requests.filter(({ status, waiting }) => mayStand(status) && waiting?.state !== 'HoldGrant');",
      },
    ],
    killedBy: histories(300),
  },
  {
    name: 'a grant in force is never due',
    guards: 'the due index holds all that is not final (N34)',
    changes: [
      {
        file: lifecycle,
        from: "      return grant ? endDueAt(request, grant) : updatedAt;\n    case 'revoking':",
        to: "      return undefined;\n    case 'revoking':",
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
  {
    name: 'a grant that is being ended is never due',
    guards: 'the due index holds all that is not final (N27)',
    changes: [
      {
        file: lifecycle,
        from: 'return request.standing?.since ?? after(request.ending?.since ?? updatedAt, patience.revoke);',
        to: 'return undefined;',
      },
    ],
    killedBy: unit('domain/lifecycle'),
  },
  {
    name: 'the sweep trusts the index, which lags',
    guards: 'decisions on what was written a moment ago (N28)',
    changes: [
      {
        file: grants,
        from: 'if (request && isDue) seen.push(request);',
        to: 'if (request) seen.push(request);',
      },
    ],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'one request that can not be read ends the sweep',
    guards: 'the fault of one is not another’s (N23)',
    changes: [
      {
        file: grants,
        from: '    swept.failed.push({ requestId: what, error });\n  }',
        to: '    throw error;\n  }',
      },
    ],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'the sweep does not ship events that were left behind',
    guards: 'no change without a record (N58)',
    changes: [
      {
        file: grants,
        from: 'for (const id of await world.records.unshippedRequests(batch))',
        to: 'for (const id of [] as string[])',
      },
    ],
    killedBy: unit('operations/ending'),
  },
  {
    name: 'an execution whose start was lost is not started again',
    guards: 'effects outside the table are driven again',
    changes: [
      {
        file: grants,
        from: "if (execution === 'absent') await world.executions.start(request);\n  else await mailReviewers",
        to: "if (execution !== 'absent') await mailReviewers",
      },
    ],
    killedBy: unit('operations/driven-again'),
  },
  {
    name: 'an answer whose wake-up was lost is not told again',
    guards: 'effects outside the table are driven again',
    changes: [{ file: grants, from: '  else await signalAnswer(world, request);\n}', to: '}' }],
    killedBy: unit('operations/driven-again'),
  },
  {
    name: 'what nobody asked for is believed of the index alone',
    guards: 'less access, and never a live grant’s (N21)',
    changes: [
      {
        file: bindings,
        from: 'const found = await confirmed(world, cluster, suspected, report);',
        to: 'const found = cluster ? [...suspected] : await confirmed(world, cluster, suspected, report);',
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
        from: "if (standing.expiresAt !== live.expiresAt) return 'it has another expires-at';",
        to: '',
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
  {
    name: 'a sweep that is out of time drops the rest instead of handing it on',
    guards: 'large clusters (N23)',
    changes: [
      {
        file: 'broker/operations/sweep-cluster.ts',
        from: '  await world.background.sweepCluster({ v: 1, cluster, at: world.clock.now(), from });\n',
        to: '',
      },
    ],
    killedBy: unit('operations/sweep-pages'),
  },
  {
    name: 'a cluster that left the catalog is forgotten with grants on it',
    guards: 'everyone out, wherever (N30)',
    changes: [
      {
        file: 'broker/operations/sweep-cluster.ts',
        from: 'if (!handedOn && failed.length + orphans.length + live.length === 0) await',
        to: 'if (!handedOn && failed.length + orphans.length >= 0) await',
      },
    ],
    killedBy: unit('operations/sweep-pages'),
  },
  {
    name: 'a crowd is ended before its instant',
    guards: 'never early',
    changes: [
      {
        file: 'broker/operations/end-crowd.ts',
        from: 'notBefore: expiresAt,',
        to: 'notBefore: ending.from,',
      },
    ],
    killedBy: unit('operations/crowd'),
  },
];
