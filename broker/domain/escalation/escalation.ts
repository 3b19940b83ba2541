/** What an escalation is: calls that lead to more than the role says, or to what outlives its grant. */

/** Calls by their parts: any verb with any group, any resource and any name listed here. */
export interface Calls {
  verbs: readonly string[];
  groups: readonly string[];
  /** `pods/exec`; `userextras/*` stands for every subresource, `*` for every resource. */
  resources: readonly string[];
  /** Only these objects matter; absent: any. */
  names?: readonly string[];
  /** Beyond the reach of a RoleBinding in a namespace that isn't Kubernetes' own. */
  clusterOnly?: true;
}

/** What is gained at once, without a detour. */
export type Power = 'secrets' | 'commands' | 'identities' | 'rights';

export interface Escalation {
  /** Stable: catalogs accept it by this name. */
  id: string;
  severity: 'critical' | 'high' | 'medium';
  /** Completes "This role can ...". */
  title: string;
  /** What it lets one do, and whether that outlives a grant: whole sentences. */
  why: string;
  /** Whether what is gained or made stays when the grant has ended. */
  outlives: boolean;
  /** Any of them is enough. A half of an attack counts as the whole: another binding may hold the other half. */
  calls: readonly Calls[];
  /** Rules that list no more than a wildcard does. */
  wildcard?: true;
  /** Paths outside the API's resources; only ClusterRoleBindings reach them. `/logs` stands for all below it too. */
  paths?: readonly string[];
  gives?: Power;
  /** Set where it can't be a step towards another power. */
  leadsNowhere?: true;
}

/** Makes an object say something else, or makes it. */
export const writes = ['create', 'update', 'patch'] as const;
export const changes = ['update', 'patch'] as const;
export const removes = ['delete', 'deletecollection'] as const;
/** The verbs of HTTP's methods, for what the API server passes on. */
export const methods = ['get', 'create', 'update', 'patch', 'delete'] as const;
