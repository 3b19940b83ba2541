/** Any write by the broker or the janitor: whatever rights it is given by mistake, it creates and deletes RoleBindings and nothing else. */
import { literal } from '../cel.ts';
import { bindRoleUser, brokerUsers, janitorAccount } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

/** Deleting RoleBindings is left out by the match itself: it is judged by broker-deletes and janitor alone, which can't hold up a revoke. */
export const brokerWrites: Fence = {
  name: 'curfew-broker-writes',
  failurePolicy: 'Fail',
  on: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
  except: [onRbac(['rolebindings'], 'DELETE')],
  when: [
    {
      name: 'by-the-broker',
      expression: `request.userInfo.username in ${literal([...brokerUsers, janitorAccount.username])}`,
    },
  ],
  require: [
    {
      expression: `request.userInfo.username == ${literal(bindRoleUser)} && request.operation == 'CREATE' && request.resource.group == 'rbac.authorization.k8s.io' && request.resource.resource == 'rolebindings'`,
      message:
        'The broker writes nothing but RoleBindings: BindRole creates them, UnbindRole and the janitor delete them, SurveyCluster only reads.',
    },
  ],
};
