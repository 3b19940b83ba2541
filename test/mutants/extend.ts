/** Guards of later starts and of extensions: nothing before its time, nothing beyond the longest, nothing after an early end. */
import { type Mutant, unit } from './mutant.ts';

const open = 'broker/operations/open-grant.ts';
const extend = 'broker/operations/extend-grant.ts';

export const extendMutants: readonly Mutant[] = [
  {
    name: 'a grant is opened before its start',
    guards: 'nothing before its time',
    changes: [
      {
        file: open,
        from: 'if (due !== undefined && now < due) return schedule(world, seen, due);',
        to: "if (due === '') return schedule(world, seen, due);",
      },
      {
        file: 'broker/domain/transitions/open.ts',
        from: 'if (due !== undefined && at < due) throw',
        to: "if (due === '') throw",
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'a later start moves the end',
    guards: 'a start fixes the end too (N26)',
    changes: [
      {
        file: 'broker/domain/start.ts',
        from: 'return after(startsAt ?? at, durationSeconds * 1000);',
        to: 'return after(at, durationSeconds * 1000);',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'a request can be opened when its time is over',
    guards: 'expired before its start (N29)',
    changes: [
      {
        file: 'broker/domain/start.ts',
        from: 'return asked.startsAt === undefined ? after(at, openWindowMs) : endsAt(asked, at);',
        to: 'return after(asked.startsAt ?? at, 86_400_000);',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'an extension counts from its own start',
    guards: 'the longest duration, over all extensions (N26)',
    changes: [
      {
        file: 'broker/domain/policy/guardrails/duration.ts',
        from: 'if (firstStart !== undefined && whole > role.maxDuration) {',
        to: 'if (firstStart !== undefined && whole > 10 * role.maxDuration) {',
      },
    ],
    killedBy: unit('domain/policy/guardrails'),
  },
  {
    name: 'an extension of an extension forgets the first start',
    guards: 'the longest duration, over all extensions (N26)',
    changes: [
      {
        file: extend,
        from: 'extended.firstStart ?? grant.activatedAt ?? grant.openedAt',
        to: 'grant.activatedAt ?? grant.openedAt',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'anybody may extend anybody’s grant',
    guards: 'extensions across people (N31)',
    changes: [
      {
        file: extend,
        from: 'if (isRequester(caller, extended) && own) return;',
        to: 'if (isRequester(caller, extended) || id) return;',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'a grant that is not in force is extended',
    guards: 'renewing what has ended (N25)',
    changes: [
      {
        file: extend,
        from: "if (extended.status !== 'active' || !grant || extended.endRequested)",
        to: 'if (!grant)',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'one grant has two extensions',
    guards: 'duplicate requests (N37)',
    changes: [{ file: extend, from: '    await refuseSecond(world, extended);\n', to: '' }],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'an extension goes on although the grant was ended early',
    guards: 'an end ends what was asked for to go on with it (N30)',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: 'if (lasted && !early) return undefined;',
        to: 'if (lasted || early) return undefined;',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
  {
    name: 'who ends a grant does not end its extension',
    guards: 'an end ends what was asked for to go on with it (N30)',
    changes: [
      {
        file: 'broker/operations/end-early.ts',
        from: '  if (request.endRequested) await endSuccessors(world, request, wish);\n',
        to: '',
      },
      {
        file: 'broker/operations/check-approval.ts',
        from: 'if (lasted && !early) return undefined;',
        to: 'if (lasted || early) return undefined;',
      },
    ],
    killedBy: unit('operations/schedule'),
  },
];
