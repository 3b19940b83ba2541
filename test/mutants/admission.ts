/** Guards inside the cluster, on the real API server: the fences, and the janitor. Few, since each needs one of its own. */
import type { Killer, Mutant } from './mutant.ts';

const onServer = (file: string, testNamePattern: string): Killer => ({
  project: 'local',
  files: [`test/local/${file}.test.ts`],
  testNamePattern,
});

/** Onboarding tries the fences out, and would stop before any test could. */
const tries = 'cli/onboard/tries.ts';

export const admissionMutants: readonly Mutant[] = [
  {
    name: 'admission lets a grant in after create-before',
    guards: 'a late creation that opens a door (N25)',
    changes: [
      {
        file: 'cluster/fences/grant-marks.ts',
        from: "variables.created + duration('1s') <= timestamp(variables.createBefore) && ",
        to: '',
      },
      {
        file: tries,
        from: 'grant(() => ({ createBefore: fromNow(-1) }))',
        to: "grant(() => ({ createBefore: '' }))",
      },
    ],
    killedBy: onServer('fences/bind-role', 'create-before|sent again too late'),
  },
  {
    name: 'admission lets a grant in for any subject',
    guards: 'role smuggling (N50, N52)',
    changes: [
      {
        file: 'cluster/fences/bind-role.ts',
        from: "s.?namespace.orValue('') == '' && ((s.kind == 'User' && s.name.matches(${literal(userPattern)})) || (s.kind == 'Group' && s.name.matches(${literal(groupPattern)})))",
        to: "s.kind == 'User' || s.name.matches(${literal(groupPattern)}) || s.name.matches(${literal(userPattern)})",
      },
      {
        file: tries,
        from: "grant(() => ({ subject: { kind: 'User', name: bindRoleUser } }))",
        to: "grant(() => ({ subject: { kind: 'Group', name: 'system:masters' } }))",
      },
    ],
    killedBy: onServer('fences/bind-role', 'BindRole is refused'),
  },
  {
    name: 'admission gives what was offered for a label that is gone',
    guards: 'namespaces by their labels (N13)',
    changes: [
      {
        file: 'cluster/fences/grant-marks.ts',
        from: '    ...labelRule(offer),\n',
        to: '',
      },
    ],
    killedBy: onServer('onboard/patterns', 'labels stand for'),
  },
  {
    name: 'admission lets anybody edit a grant',
    guards: 'a grant is never edited (N50)',
    changes: [
      {
        file: 'cluster/fences/grant-update.ts',
        from: "'object.?subjects.orValue([]) == oldObject.?subjects.orValue([])',",
        to: '',
      },
    ],
    killedBy: onServer('fences/grants', 'A grant is never changed'),
  },
  {
    name: 'the fence around the broker’s deletes can hold up a revoke',
    guards: 'a revoke is never blocked',
    changes: [
      {
        file: 'cluster/fences/broker-deletes.ts',
        from: "failurePolicy: 'Ignore'",
        to: "failurePolicy: 'Fail'",
      },
    ],
    killedBy: { project: 'unit', files: ['test/cluster/manifests.test.ts'] },
  },
  {
    name: 'the janitor deletes by name and not by UID',
    guards: 'same name, new object (N32)',
    changes: [
      { file: 'cluster/janitor/end-overdue-grants.ts', from: '    preconditions: { uid },\n', to: '' },
    ],
    killedBy: onServer('janitor/janitor', 'took the place of an overdue one'),
  },
  {
    name: 'the janitor ends grants that live',
    guards: 'never early',
    changes: [
      {
        file: 'cluster/janitor/end-overdue-grants.ts',
        from: 'return now - expiry - graceMs;',
        to: 'return now - expiry + graceMs;',
      },
    ],
    killedBy: onServer('janitor/janitor', 'what is overdue by more than the grace'),
  },
];
