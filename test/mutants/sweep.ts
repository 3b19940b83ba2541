/** Guards of the sweep: it needs no execution, never gives up, drives again what was lost, and forgets nothing. */
import { histories, type Mutant, unit } from './mutant.ts';

const grants = 'broker/operations/sweep-grants.ts';
const drive = 'broker/operations/drive-requests.ts';
const lifecycle = 'broker/domain/lifecycle.ts';

export const sweepMutants: readonly Mutant[] = [
  {
    name: 'the sweep gives up what failed for a quarter of an hour',
    guards: 'never gives up (N27)',
    changes: [
      { file: drive, from: 'request === newest || isTry(request)', to: 'isTry(request)' },
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
    changes: [{ file: drive, from: 'if (ended > 0 && later.length > 0) await', to: 'if (ended < 0) await' }],
    killedBy: unit('operations/never-gives-up'),
  },
  {
    name: 'the sweep leaves grants alone that an execution should end',
    guards: 'executions that vanished or hang (N22)',
    changes: [
      {
        file: drive,
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
        file: drive,
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
        file: drive,
        from: "if (execution === 'absent') await world.executions.start(request);\n  else await mailReviewers",
        to: "if (execution !== 'absent') await mailReviewers",
      },
    ],
    killedBy: unit('operations/driven-again'),
  },
  {
    name: 'an answer whose wake-up was lost is not told again',
    guards: 'effects outside the table are driven again',
    changes: [{ file: drive, from: '  else await signalAnswer(world, request);\n}', to: '}' }],
    killedBy: unit('operations/driven-again'),
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
