/** Guards of grants that are for one task: never more than was named, nor than the role, bound only as approved, and gone with its grant. */
import { type Mutant, unit } from './mutant.ts';

const rules = 'broker/domain/task-rules.ts';
const guardrail = 'broker/domain/policy/guardrails/task.ts';
const define = 'broker/operations/define-role.ts';
const open = 'broker/operations/open-grant.ts';
const unbind = 'broker/operations/unbind-role.ts';
const findings = 'broker/domain/findings.ts';
const inWords = unit('domain/task-rules');
const story = unit('operations/task-role');

export const taskMutants: readonly Mutant[] = [
  {
    name: 'a task may hold what its role does not cover',
    guards: 'within the role (N53)',
    changes: [
      { file: rules, from: 'return isWithin(bounds, named) ? [named] : [];', to: 'return [named];' },
      { file: rules, from: 'return liesWithin(merged, bounds)\n', to: 'return merged.length > 0\n' },
    ],
    killedBy: inWords,
  },
  {
    name: 'a name is promised for what Kubernetes can not limit to names',
    guards: 'what is shown is what is given',
    changes: [
      { file: rules, from: 'if (names.length > 0 && unbound.length > 0)', to: 'if (names.includes(role))' },
    ],
    killedBy: inWords,
  },
  {
    name: 'a subresource that the role has not got is taken for a name',
    guards: 'what is shown is what is given',
    changes: [{ file: rules, from: 'return known || isSubresource(part)', to: 'return known' }],
    killedBy: inWords,
  },
  {
    name: 'a task of more rules than fences judge is asked for',
    guards: 'nothing is approved that can not be made',
    changes: [
      { file: rules, from: 'if (merged.length > taskLimits.rules)', to: 'if (merged.length > 1000)' },
    ],
    killedBy: inWords,
  },
  {
    name: 'a role that is for tasks only is given as a whole',
    guards: 'the catalog: wide bounds, of which each request takes a bit',
    changes: [{ file: guardrail, from: "return role.tasks === 'only'\n", to: 'return asked.allow\n' }],
    killedBy: story,
  },
  {
    name: 'a role that is never for tasks is given in parts',
    guards: 'the catalog: what is given as it is',
    changes: [
      { file: guardrail, from: "if (role.tasks === 'never')", to: "if (role.tasks === 'only' && !allow)" },
    ],
    killedBy: story,
  },
  {
    name: 'what a task can not be made of comes to the whole role',
    guards: 'never the whole role instead',
    changes: [
      {
        file: 'broker/operations/judge-submission.ts',
        from: "if (!task || 'fault' in task) return undefined;",
        to: "if (!task || 'fault' in task) return resolved;",
      },
    ],
    killedBy: story,
  },
  {
    name: 'a plan without the task that was asked for is signed',
    guards: 'never the whole role instead',
    changes: [
      {
        file: open,
        from: 'if ((request.asked.allow === undefined) !== (task === undefined))',
        to: 'if (!cluster)',
      },
    ],
    killedBy: story,
  },
  {
    name: 'the plan does not say what the task is',
    guards: 'never the whole role instead',
    changes: [{ file: open, from: '    ...(task ? { task: { rules: task.rules } } : {}),\n', to: '' }],
    killedBy: story,
  },
  {
    name: 'a task that comes to something else at the grant is not asked again',
    guards: 'what was approved is what is granted (N12)',
    changes: [
      {
        file: 'broker/operations/check-approval.ts',
        from: '    now.task?.rulesDigest !== resolved.task?.rulesDigest ||\n',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'policy judges the role where less is granted',
    guards: 'risk of what is granted',
    changes: [
      {
        file: 'broker/operations/read-circumstances.ts',
        from: 'rules: grantedRules(judged.resolved),',
        to: 'rules: judged.resolved.rules ?? grantedRules(judged.resolved),',
      },
    ],
    killedBy: story,
  },
  {
    name: 'reviewers are told what the role gives where less is asked for',
    guards: 'what is shown is what is given',
    changes: [
      {
        file: 'broker/mail/request-in-words.ts',
        from: 'const rules = grantedRules(resolved);',
        to: 'const rules = resolved.rules ?? grantedRules(resolved);',
      },
    ],
    killedBy: unit('mail/review-mail'),
  },
  {
    name: 'DefineRole carries out any plan',
    guards: 'the ladder: calling DefineRole makes nothing (N53)',
    changes: [{ file: define, from: '  refuseUnlessLive(world, signed);\n', to: '' }],
    killedBy: story,
  },
  {
    name: 'DefineRole makes Roles on a cluster without fences',
    guards: 'an unfenced cluster gets no grants',
    changes: [
      {
        file: define,
        from: 'if (await session.refusesForbiddenRole(namespace)) continue;',
        to: 'if (namespace) continue;',
      },
    ],
    killedBy: story,
  },
  {
    name: 'a Role that can not be read back counts as made',
    guards: 'status by what was observed (N21)',
    changes: [
      {
        file: define,
        from: 'if (await isDefined(session, plan, role)) continue;',
        to: 'if ((await isDefined(session, plan, role)) || role) continue;',
      },
    ],
    killedBy: story,
  },
  {
    name: "another's Role under the name of the grant is taken for its own",
    guards: 'what stood there before us (N36)',
    changes: [
      {
        file: define,
        from: 'if (isOurs(found, plan.deployment, plan.requestId) && definesSame(found, wanted)) return true;',
        to: 'if (definesSame(found, wanted)) return true;',
      },
    ],
    killedBy: story,
  },
  {
    name: 'a Role with other rules than were approved is bound',
    guards: 'what was approved is what is granted (N51)',
    changes: [
      {
        file: 'broker/domain/task-role.ts',
        from: 'rulesDigest(found.rules) === rulesDigest(wanted.rules) &&\n',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'a Role with another end than was approved is bound',
    guards: 'bounded time',
    changes: [
      {
        file: 'broker/domain/task-role.ts',
        from: '([key, value]) => found.metadata.annotations[key] === value,',
        to: '([key]) => found.metadata.annotations[key] !== undefined,',
      },
    ],
    killedBy: story,
  },
  {
    name: 'BindRole does not look at the Role that it binds',
    guards: 'what was approved is what is granted (N51)',
    changes: [
      {
        file: 'broker/operations/bind-role.ts',
        from: '  await refuseUnlessDefined(session, plan);\n',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'the Role of a grant is left when it ends',
    guards: 'everything that was made goes',
    changes: [{ file: unbind, from: 'if (!plan.task) return unbound;', to: 'if (plan.v) return unbound;' }],
    killedBy: story,
  },
  {
    name: 'a Role that goes on to stand after every delete counts as gone',
    guards: 'status by what was observed (N21)',
    changes: [
      {
        file: unbind,
        from: 'throw new StillStanding(`Role ${namespace}/${name} is still there after ${deleteTries} deletes.`);',
        to: 'return true;',
      },
    ],
    killedBy: story,
  },
  {
    name: "another's Role is deleted",
    guards: 'only what we made (N32)',
    changes: [
      {
        file: unbind,
        from: 'if (name !== bindingName(plan.requestId) && !isOurs(standing, plan.deployment, plan.requestId))\n      return found;',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'the ordinary end does not know of the Role',
    guards: 'everything that was made goes',
    changes: [
      {
        file: 'broker/operations/end-grant.ts',
        from: '      ...(request.resolved.task ? { task: true } : {}),\n',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'grants that end in a crowd leave their Roles',
    guards: 'everything that was made goes',
    changes: [
      {
        file: 'broker/operations/end-crowd.ts',
        from: '      ...(task === undefined ? {} : { task: true }),\n',
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'the sweep does not look at Roles',
    guards: 'what stands without a record (N21)',
    changes: [
      {
        file: 'broker/operations/sweep-cluster.ts',
        from: "      await attempted(report, 'Roles', () => allOf('Role', pages));",
        to: '      await Promise.resolve();',
      },
    ],
    killedBy: story,
  },
  {
    name: 'rules that somebody gave to a Role by hand are not seen',
    guards: 'drift (N26)',
    changes: [
      {
        file: findings,
        from: "if (standing.rulesDigest !== live.task) return 'it has other rules';",
        to: '',
      },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'a Role that its grant did not make is left',
    guards: 'what stands without a record (N21)',
    changes: [
      { file: findings, from: '(isRole(standing) && live.task === undefined)', to: 'live === undefined' },
    ],
    killedBy: unit('domain/findings'),
  },
  {
    name: 'a kill leaves Roles that nobody asked for',
    guards: 'what stands without a record (N21)',
    changes: [
      {
        file: 'broker/operations/kill-on-cluster.ts',
        from: "await endByMark(world, order, cluster, live, 'Role', tally).catch(() => undefined);",
        to: '',
      },
    ],
    killedBy: story,
  },
  {
    name: 'DefineRole hands on something else than the plan',
    guards: 'one plan, signed once',
    changes: [
      {
        file: 'statemachines/access-lifecycle.asl.json',
        from: '"Output": "{% $states.input %}",\n      "Retry"',
        to: '"Retry"',
      },
    ],
    killedBy: unit('infra/lifecycle'),
  },
];
