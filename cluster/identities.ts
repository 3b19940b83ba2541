/** The Kubernetes identities of the cluster leg: one per function, each with its own narrow rights. */

/** Kept apart from people's prefix `curfew:`, so that no grant can ever name the broker itself. */
export const brokerPrefix = 'curfew-system:';
export const bindRoleUser = `${brokerPrefix}bind-role`;
export const unbindRoleUser = `${brokerPrefix}unbind-role`;
export const surveyClusterUser = `${brokerPrefix}survey-cluster`;
export const brokerUsers = [bindRoleUser, unbindRoleUser, surveyClusterUser] as const;

/** Usernames of people who may be given access begin with this. */
export const peoplePrefix = 'curfew:';
