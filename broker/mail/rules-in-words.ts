/** A role's rules in plain words, and what a reviewer should think of before saying yes to them. */
import type { PolicyRule } from '#domain/catalog.ts';

type Rule = Pick<PolicyRule, 'resources' | 'verbs'> & { resourceNames?: string[] | undefined };

const verbWords = new Map(
  Object.entries({
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

/** Resources whose verbs do not say what they do. */
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
    'pods/log': 'pod logs',
    configmaps: 'config maps',
    replicasets: 'replica sets',
    statefulsets: 'stateful sets',
    daemonsets: 'daemon sets',
    cronjobs: 'cron jobs',
    networkpolicies: 'network policies',
    serviceaccounts: 'service accounts',
    persistentvolumeclaims: 'volume claims',
    horizontalpodautoscalers: 'autoscalers',
  }),
);

/** `a`, `a and b`, `a, b and c`. */
export function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`;
}

function resourceInWords(resource: string): string {
  const known = resourceWords.get(resource);
  if (known) return known;
  const [name = '', sub] = resource.split('/');
  return sub === undefined ? name : `the ${sub} of ${resourceWords.get(name) ?? name}`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const once = (list: readonly string[]) => [...new Set(list)];

function linesOf(rule: Rule): string[] {
  const only = rule.resourceNames ? `, only those named ${joined(rule.resourceNames)}` : '';
  const verbs = rule.verbs.join(', ');
  const deeds = rule.resources.flatMap((resource) => {
    const deed = deedWords.get(resource);
    return deed ? [`${capital(deed)} (${resource}: ${verbs})${only}`] : [];
  });
  const plain = rule.resources.filter((resource) => !deedWords.has(resource));
  if (plain.length === 0) return deeds;
  const doing = joined(once(rule.verbs.map((verb) => verbWords.get(verb) ?? verb)));
  return [`${capital(doing)} ${joined(plain.map(resourceInWords))} (${verbs})${only}`, ...deeds];
}

/** One line per thing one may do: `Read pods and services (get, list)`. The verbs stay exact, in brackets. */
export function rulesInWords(rules: readonly Rule[]): string[] {
  return once(rules.flatMap(linesOf));
}

const workloads = new Set([
  'pods',
  'deployments',
  'replicasets',
  'statefulsets',
  'daemonsets',
  'jobs',
  'cronjobs',
  'replicationcontrollers',
  'podtemplates',
]);
const inside = new Set(['pods/exec', 'pods/attach', 'pods/ephemeralcontainers']);
const through = new Set(['pods/portforward', 'pods/proxy', 'services/proxy']);
const rights = new Set(['roles', 'rolebindings', 'serviceaccounts/token', 'serviceaccounts']);
const reads = ['get', 'list', 'watch'];
const writes = ['create', 'update', 'patch'];

interface Care {
  applies(resource: string, verbs: readonly string[]): boolean;
  says: string;
}

const anyOf = (verbs: readonly string[], wanted: readonly string[]) =>
  verbs.some((verb) => wanted.includes(verb));

const cares: readonly Care[] = [
  {
    applies: (resource, verbs) => resource === 'secrets' && anyOf(verbs, reads),
    says: 'Reads secrets. Passwords and keys seen now stay valid after access has ended.',
  },
  {
    // `get` opens an exec stream too, by WebSocket.
    applies: (resource, verbs) => inside.has(resource) && anyOf(verbs, [...writes, 'get']),
    says: 'Runs commands inside pods, with everything those pods can reach.',
  },
  {
    applies: (resource, verbs) => through.has(resource) && anyOf(verbs, [...writes, 'get']),
    says: 'Reaches pods or services over the network, past network policies that keep others out.',
  },
  {
    applies: (resource, verbs) => workloads.has(resource) && anyOf(verbs, writes),
    says: 'Starts or changes workloads. What is started keeps running after access has ended.',
  },
  {
    applies: (resource, verbs) => rights.has(resource) && anyOf(verbs, writes),
    says: 'Makes rights or credentials that can outlive this access.',
  },
  {
    applies: (_resource, verbs) => anyOf(verbs, ['delete', 'deletecollection']),
    says: 'Deletes things. What is deleted does not come back when access ends.',
  },
];

/** What is risky about these rules, worst first; empty for harmless reading. */
export function cautionsOf(rules: readonly Rule[]): string[] {
  return cares
    .filter(({ applies }) =>
      rules.some(({ resources, verbs }) => resources.some((resource) => applies(resource, verbs))),
    )
    .map(({ says }) => says);
}
