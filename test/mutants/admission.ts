/** Guards inside the cluster, on the real API server: the fences, and the janitor. Few, since each needs one of its own. */
import type { Killer, Mutant } from './mutant.ts';

const onServer = (file: string, testNamePattern: string): Killer => ({
  project: 'local',
  files: [`test/local/${file}.test.ts`],
  testNamePattern,
});

/** Onboarding tries the fences out, and would stop before any test could. */
const tries = 'cli/onboard/tries.ts';
const taskTries = 'cli/onboard/task-role-tries.ts';

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
      // The fence of tasks shares the rule: its try would notice first.
      {
        file: 'cli/onboard/task-role-tries.ts',
        from: 'createBefore: instantOf(Date.now() - 1000),',
        to: "createBefore: '',",
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
    name: 'admission lets the Role of a task hold more than its bounds',
    guards: 'nobody gets more than the catalog offers (N50)',
    changes: [
      { file: 'cluster/fences/define-role.ts', from: ' && ${ruleIsCovered}', to: '' },
      { file: taskTries, from: 'oneOf(role), beyond), fence)', to: "oneOf(role)), 'accepted')" },
    ],
    killedBy: onServer('fences/bounds', 'Roles by chance'),
  },
  {
    name: 'admission takes a rule with names for one that its bounds hold for other names',
    guards: 'nobody gets more than the catalog offers (N50)',
    changes: [
      {
        file: 'cluster/fences/define-role.ts',
        from: 'ofVerb.exists(b, n in b.names)',
        to: 'ofVerb.exists(b, size(b.names) > 0)',
      },
    ],
    killedBy: onServer('fences/bounds', 'Roles by chance'),
  },
  {
    name: 'admission lets BindRole bind any Role',
    guards: 'role smuggling (N50, N52)',
    changes: [
      {
        file: 'cluster/fences/bind-role.ts',
        from: "object.roleRef.name == object.metadata.?name.orValue('')",
        to: "variables.within != ''",
      },
      {
        file: taskTries,
        from: "      { fence: 'curfew-bind-role' },\n      bindRoleUser,",
        to: "      'accepted',\n      bindRoleUser,",
      },
    ],
    killedBy: onServer('fences/every-field', 'each Role that stands'),
  },
  {
    name: 'admission lets a role be bound whole that is given in part only',
    guards: 'nobody gets more than the catalog offers (N50)',
    changes: [
      {
        file: 'cluster/fences/bind-role.ts',
        from: '!(object.roleRef.name in ${literal(inPart)})',
        to: 'true',
      },
      { file: tries, from: "role.tasks === 'only'", to: "role.tasks === 'never' && role.role === ''" },
    ],
    killedBy: onServer('fences/bounds', 'in part only'),
  },
  {
    name: 'admission lets anybody change the rules of a task’s Role',
    guards: 'a grant is never edited (N50)',
    changes: [
      {
        file: 'cluster/fences/grant-update.ts',
        from: "'object.?rules.orValue([]) == oldObject.?rules.orValue([])',",
        to: '',
      },
    ],
    killedBy: onServer('fences/task-grants', 'The Role of a grant is never changed'),
  },
  {
    name: 'admission lets anybody make what passes for a task’s Role',
    guards: 'forged grants (N51)',
    changes: [
      {
        file: 'cluster/fences/grant-forgery.ts',
        from: "onRbac(['rolebindings', 'roles'], 'CREATE')",
        to: "onRbac(['rolebindings'], 'CREATE')",
      },
      {
        file: taskTries,
        from: "call: async () => writes.create(roleOf(role, deployment), true),\n      expect: { fence: 'curfew-grant-forgery' },",
        to: "call: async () => writes.create(roleOf(role, deployment), true),\n      expect: 'accepted',",
      },
    ],
    killedBy: onServer('fences/task-grants', 'Nobody but DefineRole makes'),
  },
  {
    name: 'admission lets DefineRole delete Roles',
    guards: 'who grants does not end, who ends does not grant',
    changes: [
      {
        file: 'cluster/fences/broker-deletes.ts',
        from: "onRbac(['rolebindings', 'roles'], 'DELETE')",
        to: "onRbac(['rolebindings'], 'DELETE')",
      },
      {
        file: taskTries,
        from: "      { fence: 'curfew-broker-deletes' },",
        to: "      'accepted',",
      },
    ],
    killedBy: onServer('fences/define-role', 'delete what it made'),
  },
  {
    name: 'the janitor leaves Roles of tasks',
    guards: 'nothing of a grant outlives it',
    changes: [{ file: 'cluster/janitor/end-overdue-grants.ts', from: "await all('roles');\n", to: '' }],
    killedBy: onServer('janitor/janitor', 'one task|never bound'),
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
