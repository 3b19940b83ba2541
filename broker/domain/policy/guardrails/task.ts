/** Only some of a role: what is named has to lie within it, and some roles are had in no other way, or never so. */
import { taskRules } from '../../task-rules.ts';
import type { Guardrail } from '../guardrail.ts';

export const task: Guardrail = ({ asked, role }) => {
  if (!role) return [];
  const { allow, role: name } = asked;
  const refused = (refuse: string) => [{ rule: 'task', refuse }];
  if (!allow) {
    return role.tasks === 'only'
      ? refused(
          `Role "${name}" is never given as a whole: say what you need of it, as in --allow 'get,list pods'.`,
        )
      : [];
  }
  if (role.tasks === 'never')
    return refused(`Role "${name}" is only given as it is: ask for it without --allow.`);
  if (!role.rules)
    return refused(
      `Role "${name}" is the cluster's own ClusterRole ${role.clusterRole}, which is only given as it is: ask for it without --allow.`,
    );
  const task = taskRules({ role: name, bounds: role.rules }, allow);
  return 'fault' in task ? refused(task.fault) : [];
};
