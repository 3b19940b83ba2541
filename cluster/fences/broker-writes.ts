/** Any write by the broker or the janitor: whatever rights it is given by mistake, it creates and deletes RoleBindings and Roles, and nothing else. */
import { literal } from '../cel.ts';
import { bindRoleUser, brokerUsers, defineRoleUser, janitorAccount } from '../identities.ts';
import { type Fence, onRbac } from './policy.ts';

const creates = (user: string, resource: string) =>
  `(request.userInfo.username == ${literal(user)} && request.resource.resource == ${literal(resource)})`;

/** Deleting grants is left out by the match itself: it is judged by broker-deletes and janitor alone, which can't hold up a revoke. */
export const brokerWrites: Fence = {
  name: 'curfew-broker-writes',
  failurePolicy: 'Fail',
  on: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }],
  except: [onRbac(['rolebindings', 'roles'], 'DELETE')],
  when: [
    {
      name: 'by-the-broker',
      expression: `request.userInfo.username in ${literal([...brokerUsers, janitorAccount.username])}`,
    },
  ],
  require: [
    {
      expression: `request.operation == 'CREATE' && request.resource.group == 'rbac.authorization.k8s.io' && (${creates(bindRoleUser, 'rolebindings')} || ${creates(defineRoleUser, 'roles')})`,
      message:
        'The broker writes nothing but grants: BindRole creates RoleBindings, DefineRole Roles, UnbindRole and the janitor delete them, SurveyCluster only reads.',
    },
  ],
};
