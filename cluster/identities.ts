/** The Kubernetes identities of the cluster leg, one per function, and of the janitor: each with its own narrow rights. */
import { ownNamespace } from '#domain/catalog.ts';

/** Kept apart from people's prefix `curfew:`, so that no grant can ever name the broker itself. */
export const brokerPrefix = 'curfew-system:';
export const bindRoleUser = `${brokerPrefix}bind-role`;
/** Makes the Roles of grants that are for one task; binds none. */
export const defineRoleUser = `${brokerPrefix}define-role`;
export const unbindRoleUser = `${brokerPrefix}unbind-role`;
export const surveyClusterUser = `${brokerPrefix}survey-cluster`;
export const brokerUsers = [bindRoleUser, defineRoleUser, unbindRoleUser, surveyClusterUser] as const;

const janitorName = 'curfew-janitor';
/** A service account, as it runs inside the cluster. Its rights are named as the broker's are. */
export const janitorAccount = {
  name: janitorName,
  username: `system:serviceaccount:${ownNamespace}:${janitorName}`,
  rights: `${brokerPrefix}janitor`,
  subject: { kind: 'ServiceAccount', name: janitorName, namespace: ownNamespace },
} as const;

/** Usernames of people who may be given access begin with this. */
export const peoplePrefix = 'curfew:';
