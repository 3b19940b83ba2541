/** The words for the parts of a rule: verbs, and resources of Kubernetes' own API and of others'. */
import type { RbacRule } from './rbac.ts';

const verbWords = new Map(
  Object.entries({
    '*': 'do anything with',
    get: 'read',
    list: 'read',
    watch: 'read',
    create: 'create',
    update: 'change',
    patch: 'change',
    delete: 'delete',
    deletecollection: 'delete',
  }),
);

/** Core resources whose verbs do not say what they do. */
const deedWords = new Map(
  Object.entries({
    'pods/exec': 'run commands inside running pods',
    'pods/attach': 'attach to running pods, seeing and typing what they do',
    'pods/portforward': 'open network connections into pods',
    'pods/proxy': 'send web requests to pods through the API server',
    'services/proxy': 'send web requests to services through the API server',
    'pods/ephemeralcontainers': 'add debug containers to running pods',
    'pods/eviction': 'evict pods',
    'serviceaccounts/token': 'make sign-in tokens of service accounts',
  }),
);

const resourceWords = new Map(
  Object.entries({
    '*': 'everything',
    'pods/log': 'pod logs',
    configmaps: 'config maps',
    replicasets: 'replica sets',
    statefulsets: 'stateful sets',
    daemonsets: 'daemon sets',
    cronjobs: 'cron jobs',
    networkpolicies: 'network policies',
    serviceaccounts: 'service accounts',
    rolebindings: 'role bindings',
    endpointslices: 'endpoint slices',
    poddisruptionbudgets: 'disruption budgets',
    persistentvolumeclaims: 'volume claims',
    horizontalpodautoscalers: 'autoscalers',
  }),
);

const resourcesByGroup: Record<string, string[]> = {
  apps: ['deployments', 'replicasets', 'statefulsets', 'daemonsets', 'controllerrevisions'],
  batch: ['jobs', 'cronjobs'],
  autoscaling: ['horizontalpodautoscalers'],
  policy: ['poddisruptionbudgets'],
  'networking.k8s.io': ['ingresses', 'networkpolicies'],
  'discovery.k8s.io': ['endpointslices'],
  'coordination.k8s.io': ['leases'],
  'rbac.authorization.k8s.io': ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
};
const homes = new Map(
  Object.entries(resourcesByGroup).flatMap(([group, resources]) =>
    resources.map((resource) => [resource, group] as const),
  ),
);
const ownGroups = new Set(['', 'extensions', 'events.k8s.io', ...Object.keys(resourcesByGroup)]);

/** `a`, `a and b`, `a, b and c`. */
export function joined(parts: readonly string[], comma = ', ', last = 'and'): string {
  const end = parts.at(-1) ?? '';
  return parts.length < 2 ? end : `${parts.slice(0, -1).join(comma)} ${last} ${end}`;
}

/** `read and change`; verbs that have no word stay as they are. */
export function verbsInWords(verbs: readonly string[]): string {
  const words = [...new Set(verbs.map((verb) => verbWords.get(verb) ?? verb))];
  return joined(words.includes('do anything with') ? ['do anything with'] : words);
}

export interface Named {
  /** Resources whose verbs don't say what they do, each with what it is. */
  deeds: { resource: string; says: string }[];
  things: string[];
  /** `, only those named a and b`; empty where all are meant. */
  only: string;
}

export function namedInWords({
  apiGroups = [''],
  resources = [],
  resourceNames = [],
  nonResourceURLs = [],
}: RbacRule): Named {
  const core = apiGroups.includes('') || apiGroups.includes('*');
  const isDeed = (resource: string) => core && deedWords.has(resource);
  return {
    deeds: resources
      .filter(isDeed)
      .map((resource) => ({ resource, says: deedWords.get(resource) ?? resource })),
    things: [
      ...resources.flatMap((resource) =>
        groupsToName(resource, apiGroups)
          .filter((group) => group !== '' || !isDeed(resource))
          .map((group) => thing(resource) + group),
      ),
      ...nonResourceURLs.map((path) => `the path ${path}`),
    ],
    only: resourceNames.length > 0 ? `, only those named ${joined(resourceNames)}` : '',
  };
}

function thing(resource: string): string {
  const known = resourceWords.get(resource);
  if (known) return known;
  const [name = '', ...sub] = resource.split('/');
  return sub.length === 0 ? name : `the ${sub.join('/')} of ${resourceWords.get(name) ?? name}`;
}

/**
 * What to add to a resource for each group that it can be of: nothing for the one it is known in. Kubernetes' own groups
 * don't serve each other's resources, so they are named only where the known one isn't listed.
 */
function groupsToName(resource: string, groups: readonly string[]): string[] {
  if (groups.includes('*')) return [' of every API group'];
  const home = homeOf(resource);
  return groupsMeant(resource, groups).map((group) =>
    group === home ? '' : ` of ${group === '' ? 'the core API' : group}`,
  );
}

/** Undefined where a resource may be of any. */
const homeOf = (resource: string) =>
  resource.startsWith('*') ? undefined : (homes.get(resource.split('/')[0] ?? '') ?? '');

/** Of the groups that are listed with a resource those that serve it, the known one first. */
export function groupsMeant(resource: string, groups: readonly string[]): string[] {
  const home = homeOf(resource);
  if (home === undefined || !groups.includes(home)) return [...groups];
  return [home, ...groups.filter((group) => !ownGroups.has(group))];
}
