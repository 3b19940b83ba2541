/** The names that people give to kinds of things, as kubectl takes them: singular, plural and short. */

/** Of Kubernetes' own API. */
const short = new Map(
  Object.entries({
    cm: 'configmaps',
    cj: 'cronjobs',
    deploy: 'deployments',
    ds: 'daemonsets',
    ep: 'endpoints',
    ev: 'events',
    hpa: 'horizontalpodautoscalers',
    ing: 'ingresses',
    netpol: 'networkpolicies',
    pdb: 'poddisruptionbudgets',
    po: 'pods',
    pvc: 'persistentvolumeclaims',
    quota: 'resourcequotas',
    rc: 'replicationcontrollers',
    rs: 'replicasets',
    sa: 'serviceaccounts',
    sts: 'statefulsets',
    svc: 'services',
  }),
);

/** Plurals that a word can stand for, itself among them. */
export function pluralsOf(word: string): string[] {
  const known = short.get(word);
  return [
    word,
    ...(known === undefined ? [] : [known]),
    `${word}s`,
    ...(/(s|x|z|ch|sh)$/.test(word) ? [`${word}es`] : []),
    ...(/[^aeiou]y$/.test(word) ? [`${word.slice(0, -1)}ies`] : []),
  ];
}

/** After the slash these never name an object: who writes `pods/exec` means it, also where a role hasn't got it. */
const subresources = [
  ...['approval', 'attach', 'binding', 'ephemeralcontainers', 'eviction', 'exec', 'finalize', 'log'],
  ...['portforward', 'proxy', 'resize', 'scale', 'status', 'token'],
];

export const isSubresource = (part: string): boolean => subresources.includes(part);
