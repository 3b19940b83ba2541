/** N50: with their own rights only, BindRole and DefineRole try a grant with each field changed, left out and added: all refused but a few. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindRoleUser, defineRoleUser } from '#cluster/identities.ts';
import { changedPaths } from '../../../cli/onboard/difference.ts';
import { catalogOf, startTestCluster, type TestCluster } from '../onboard/cluster.ts';
import { clusterRoles, run } from '../onboard/looks.ts';
import { alice, collection, grant, pathOf, rolesIn, task } from './fenced-cluster.ts';

let on: TestCluster;
beforeAll(async () => {
  on = await startTestCluster();
  await on.createNamespaces('payments', 'checkout', 'vault', 'other');
  await run(on);
});
afterAll(() => on?.stop());

type Path = (string | number)[];
type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** Every place in a value, outermost first. */
function pathsOf(value: Json, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at];
  const keys = Array.isArray(value) ? value.keys() : Object.keys(value);
  return [
    at,
    ...[...keys].flatMap((key) =>
      pathsOf((value as Record<string | number, Json>)[key] ?? null, [...at, key]),
    ),
  ];
}

const wrongTexts: Record<string, (text: string) => Json> = {
  'left empty': () => '',
  'in capitals': (text) => text.toUpperCase(),
  'with a space': (text) => `${text} `,
  'with a line break': (text) => `${text}\n`,
  'with a NUL': (text) => `${text}\u0000`,
  'with an invisible letter': (text) => `${text}\u200b`,
  'with a letter that looks the same': (text) => text.replace('e', '\u0435'),
  'with something before it': (text) => `x${text}`,
  'with something behind it': (text) => `${text}x`,
  'as a wildcard': () => '*',
  'as cluster-admin': () => 'cluster-admin',
  'as system:masters': () => 'system:masters',
  'as the broker': () => bindRoleUser,
  'as a number': () => 1,
  'as a list': (text) => [text],
};

/** Fields of any object's metadata that a grant doesn't have, and others that might mean something one day. */
const additions: [string, Path, Json][] = [
  ['a name that the server completes', ['metadata', 'generateName'], 'curfew-'],
  ['a finalizer', ['metadata', 'finalizers'], ['example.com/stay']],
  ['the finalizer of a foreground deletion', ['metadata', 'finalizers'], ['foregroundDeletion']],
  [
    'an owner',
    ['metadata', 'ownerReferences'],
    [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'u' }],
  ],
  ['a time of its creation', ['metadata', 'creationTimestamp'], '2020-01-01T00:00:00Z'],
  ['a time of its deletion', ['metadata', 'deletionTimestamp'], '2099-01-01T00:00:00Z'],
  ['a UID', ['metadata', 'uid'], '00000000-0000-0000-0000-000000000000'],
  ['a version', ['metadata', 'resourceVersion'], '1'],
  ['a label of the house', ['metadata', 'labels', 'team'], 'payments'],
  [
    'a label that another tool goes by',
    ['metadata', 'labels', 'rbac.authorization.k8s.io/aggregate-to-admin'],
    'true',
  ],
  ['an annotation of the house', ['metadata', 'annotations', 'note'], 'x'],
];

const ofBindings: typeof additions = [
  [
    'a second person',
    ['subjects', 1],
    { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: `${alice}2` },
  ],
  ['a namespace of its subject', ['subjects', 0, 'namespace'], 'payments'],
  ['a namespace of its role', ['roleRef', 'namespace'], 'kube-system'],
];

const wider = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
const ofRoles: typeof additions = [
  ['a rule that its bounds do not hold', ['rules', 1], wider],
  ['a verb that its bounds do not hold', ['rules', 0, 'verbs', 1], 'delete'],
  ['a verb that they hold', ['rules', 0, 'verbs', 1], 'list'],
  ['a verb for all', ['rules', 0, 'verbs', 1], '*'],
  ['a second resource', ['rules', 0, 'resources', 1], 'pods/log'],
  ['a second group', ['rules', 0, 'apiGroups', 1], 'apps'],
  ['a second object', ['rules', 0, 'resourceNames', 1], 'web-2'],
  ['no names, which is all of them', ['rules', 0, 'resourceNames'], []],
  ['a path that is no resource', ['rules', 0, 'nonResourceURLs'], ['/metrics']],
  ['a rule of aggregation', ['aggregationRule'], { clusterRoleSelectors: [{}] }],
  ['a subject of its own', ['subjects'], [{ kind: 'User', name: alice }]],
];

/** What goes through of whatever, and what of the object that would stand differs from the right one. */
const ofAll: Record<string, string[]> = {
  'apiVersion: left out': [],
  'apiVersion: left empty': [],
  'kind: left out': [],
  'kind: left empty': [],
  'metadata.namespace: left out': [],
  'metadata.namespace: left empty': [],
  'with a name that the server completes': ['metadata.generateName'],
  'with a time of its creation': [],
  'with a time of its deletion': [],
  'with a UID': [],
  // A real creation is refused for it.
  'with a version': ['metadata.resourceVersion'],
  'with a label of the house': ['metadata.labels.team'],
  'with a label that another tool goes by': ['metadata.labels.rbac.authorization.k8s.io/aggregate-to-admin'],
  'with an annotation of the house': ['metadata.annotations.note'],
};

const bindings: Record<string, string[]> = {
  ...ofAll,
  'roleRef.apiGroup: left out': [],
  'roleRef.apiGroup: left empty': [],
  'subjects.0.apiGroup: left out': [],
  'subjects.0.apiGroup: left empty': [],
  // Who is meant only the plan says, which is signed.
  'subjects.0.name: with something behind it': ['subjects[0].name'],
  'with a namespace of its role': [],
};

/** Where the bounds name no objects any name is within them, as no name at all is; what was approved BindRole compares. */
const named = Object.keys(wrongTexts)
  .filter((how) => how !== 'as a number' && how !== 'as a list')
  .map((how) => [`rules.0.resourceNames.0: ${how}`, ['rules[0].resourceNames[0]']]);

const roles: Record<string, string[]> = {
  ...ofAll,
  ...Object.fromEntries(named),
  'rules.0.resourceNames: left out': ['rules[0].resourceNames'],
  'rules.0.resourceNames.0: left out': ['rules[0].resourceNames'],
  'with no names, which is all of them': ['rules[0].resourceNames'],
  'with a second object': ['rules[0].resourceNames'],
  'with a verb that they hold': ['rules[0].verbs'],
  'with a rule of aggregation': [],
  'with a subject of its own': [],
};

function changed(
  base: Json,
  path: Path,
  change: (holder: Record<string | number, Json>, key: string | number) => void,
): Json {
  const binding = structuredClone(base);
  const key = path.at(-1);
  const holder = path
    .slice(0, -1)
    .reduce<Json>((value, step) => (value as Record<string | number, Json>)[step] ?? null, binding);
  if (key !== undefined) change(holder as Record<string | number, Json>, key);
  return binding;
}

function variants(base: Json, more: typeof additions): [string, Json][] {
  const paths = pathsOf(base).filter((path) => path.length > 0);
  const wrong = paths.flatMap((path): [string, Json][] => {
    const at = path.join('.');
    const leftOut: [string, Json] = [
      `${at}: left out`,
      changed(base, path, (holder, key) =>
        Array.isArray(holder) ? holder.splice(Number(key), 1) : delete holder[key],
      ),
    ];
    const texts = Object.entries(wrongTexts).flatMap(([how, make]): [string, Json][] => {
      const made = changed(base, path, (holder, key) => {
        const text = holder[key];
        if (typeof text === 'string') holder[key] = make(text);
      });
      const unlike = JSON.stringify(made) !== JSON.stringify(base);
      return unlike ? [[`${at}: ${how}`, made]] : [];
    });
    return [leftOut, ...texts];
  });
  const added = [...additions, ...more].map(([what, path, value]): [string, Json] => [
    `with ${what}`,
    changed(base, path, (holder, key) => {
      holder[key] = value;
    }),
  ]);
  return [...wrong, ...added];
}

/** Never stored, so that one of each is enough. */
const { role, binding } = task();

test.each([
  ['a grant', grant(), bindRoleUser, ofBindings, bindings],
  ['the RoleBinding of a task', binding, bindRoleUser, ofBindings, bindings],
  ['the Role of a task', role, defineRoleUser, ofRoles, roles],
])('each field of %s, each way of getting it wrong', async (_, object, as, more, intended) => {
  const path = `${pathOf(object).replace(/\/[^/]*$/, '')}?dryRun=All`;
  const base = object as unknown as Json;
  const all = variants(base, more);
  expect(all.length).toBeGreaterThan(150);
  const send = (body: Json) => on.api({ method: 'POST', path, body, as });
  const right = await send(base);
  expect(right.status).toBe(201);
  const through: Record<string, string[]> = {};
  for (const [what, body] of all) {
    const { status, body: made } = await send(body);
    if (status < 300) through[what] = changedPaths(ofOwn(right.body), ofOwn(made));
  }
  expect(through).toEqual(intended);
});

/** Without what the server sets anew each time. */
function ofOwn({ metadata, ...content }: { metadata: object }): object {
  const { uid: _, creationTimestamp, managedFields: __, ...own } = metadata as Record<string, unknown>;
  expect(Date.parse(String(creationTimestamp))).toBeGreaterThan(Date.now() - 60_000);
  return { ...content, metadata: own };
}

test('each role that stands on the cluster: only what is offered in that namespace is bound', async () => {
  const { podReader, deployer } = clusterRoles(catalogOf());
  const { items } = await on.must({ method: 'GET', path: '/apis/rbac.authorization.k8s.io/v1/clusterroles' });
  const names: string[] = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  expect(names.length).toBeGreaterThan(50);
  const bound: string[] = [];
  for (const namespace of [
    'payments',
    'checkout',
    'other',
    'vault',
    'kube-system',
    'kube-public',
    'curfew-system',
    'default',
  ]) {
    for (const name of names) {
      const body = grant((binding) => {
        binding.metadata.namespace = namespace;
        binding.roleRef.name = name;
        binding.metadata.annotations['curfew.dev/expires-at'] =
          binding.metadata.annotations['curfew.dev/create-before'] ?? '';
      });
      const { status } = await on.api({
        method: 'POST',
        path: `${collection(namespace)}?dryRun=All`,
        body,
        as: bindRoleUser,
      });
      if (status < 300) bound.push(`${namespace} ${name}`);
    }
  }
  expect(bound.sort()).toEqual(
    [`checkout ${podReader}`, `payments ${deployer}`, `payments ${podReader}`].sort(),
  );
});

test('each Role that stands in a namespace: BindRole binds only the one that was made for the same grant', async () => {
  const own = task();
  const other = task();
  for (const { role } of [own, other])
    await on.must({ method: 'POST', path: rolesIn('payments'), body: role, as: defineRoleUser });
  const { items } = await on.must({ method: 'GET', path: rolesIn('payments') });
  const names: string[] = items.map(({ metadata }: { metadata: { name: string } }) => metadata.name);
  expect(names).toContain(bindRoleUser);
  expect(names.length).toBeGreaterThan(4);
  const bound: string[] = [];
  for (const name of [...names, 'not-made-yet']) {
    for (const within of [own.binding.metadata.annotations['curfew.dev/within'] ?? '', name]) {
      const body = structuredClone(own.binding);
      body.roleRef.name = name;
      body.metadata.annotations['curfew.dev/within'] = within;
      const path = `${collection('payments')}?dryRun=All`;
      const { status } = await on.api({ method: 'POST', path, body, as: bindRoleUser });
      if (status < 300) bound.push(name);
    }
  }
  expect(bound).toEqual([own.role.metadata.name]);
});
