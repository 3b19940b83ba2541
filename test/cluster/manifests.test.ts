/** What is to stand in a cluster, as values: limited to the catalog, and without anything that could hold up a revoke. */
import { describe, expect, test } from 'vitest';
import { brokerRights } from '#cluster/broker-rights.ts';
import { literal } from '#cluster/cel.ts';
import { forbiddenBinding, isFenceRefusal } from '#cluster/forbidden-binding.ts';
import {
  bindRoleUser,
  brokerUsers,
  defineRoleUser,
  surveyClusterUser,
  unbindRoleUser,
} from '#cluster/identities.ts';
import { janitorImage } from '#cluster/janitor/manifests.ts';
import { manifestsFor } from '#cluster/manifests.ts';
import { namespacesOf, offerOn } from '#cluster/offer.ts';
import { type Catalog, catalogSchema } from '#domain/catalog.ts';
import { clusterRoleName } from '#domain/cluster-role.ts';
import { InvalidInput } from '#domain/errors.ts';
import { forbiddenCalls } from '#domain/forbidden-calls.ts';

const reader = {
  description: 'Look at pods',
  duty: 'monitoring',
  rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['list', 'get'] }],
  clusters: ['payments-prod'],
  namespaces: ['payments', 'vault', 'checkout'],
  maxDuration: '4h',
  reviews: { required: 0 },
};

function catalogInput(roles: Record<string, object>) {
  return {
    version: 1,
    clusters: { 'payments-prod': { protectedNamespaces: ['vault'] }, 'payments-test': {} },
    roles,
    reviewers: {},
  };
}
const catalogWith = (roles: Record<string, object>): Catalog => catalogSchema.parse(catalogInput(roles));

const catalog = catalogWith({
  reader,
  deployer: {
    ...reader,
    rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['patch'] }],
    accepts: [{ escalation: 'E14-change-deployments', reason: 'Rolling out is changing what runs.' }],
    namespaces: ['payments'],
  },
  elsewhere: { ...reader, clusters: ['payments-test'] },
});
const name = (role: string) => clusterRoleName(role, catalog.roles[role]?.rules ?? []);

describe('What a cluster is offered', () => {
  test('is the roles that name it, without protected namespaces', () => {
    const offer = offerOn(catalog, 'payments-prod');
    expect(offer.map(({ clusterRole, namespaces }) => [clusterRole, namespaces])).toEqual([
      [name('deployer'), ['payments']],
      [name('reader'), ['checkout', 'payments']],
    ]);
    expect(namespacesOf(offer)).toEqual(['checkout', 'payments']);
  });

  test('leaves out a role that is left without a namespace', () => {
    const only = catalogWith({ reader, hidden: { ...reader, namespaces: ['vault'] } });
    expect(offerOn(only, 'payments-prod').map(({ role }) => role)).toEqual(['reader']);
  });

  test.each([
    [
      'a cluster that the catalog does not know',
      'nope',
      'no cluster "nope". It knows: payments-prod, payments-test.',
    ],
    ['a name that every object has', 'constructor', 'no cluster "constructor"'],
    ['a cluster without a role', 'payments-test', 'offers no role on cluster "payments-test"'],
  ])('is refused for %s', (_, cluster, says) => {
    const none = catalogWith({ reader });
    expect(() => offerOn(none, cluster)).toThrow(InvalidInput);
    expect(() => offerOn(none, cluster)).toThrow(says);
  });
});

describe("The broker's rights", () => {
  const { rights } = manifestsFor(catalog, 'payments-prod', 'curfew', janitorImage);
  const rulesIn = (namespace: string | undefined, user: string) =>
    rights.flatMap((object) =>
      object.metadata.name === user && object.metadata.namespace === namespace && 'rules' in object
        ? [object.rules]
        : [],
    );
  const group = ['rbac.authorization.k8s.io'];

  test('let BindRole bind in a namespace exactly the roles that are offered in it', () => {
    expect(rulesIn('checkout', bindRoleUser)).toEqual([
      [
        { apiGroups: group, resources: ['rolebindings'], verbs: ['create', 'get'] },
        { apiGroups: group, resources: ['roles'], verbs: ['bind', 'get'] },
        { apiGroups: group, resources: ['clusterroles'], verbs: ['bind'], resourceNames: [name('reader')] },
      ],
    ]);
  });

  test('let DefineRole make Roles of any rules in those namespaces, and delete or bind none', () => {
    const rules = [{ apiGroups: group, resources: ['roles'], verbs: ['create', 'escalate', 'get'] }];
    expect(rulesIn('checkout', defineRoleUser)).toEqual([rules]);
    expect(rulesIn('vault', defineRoleUser)).toEqual([]);
    expect(rulesIn(undefined, defineRoleUser)).toEqual([]);
  });

  test('let DefineRole make them only where a role is given in part', () => {
    const whole = catalogWith({ reader: { ...reader, tasks: 'never' } });
    const { rights } = manifestsFor(whole, 'payments-prod', 'curfew', janitorImage);
    expect(rights.filter(({ metadata }) => metadata.name === defineRoleUser)).toEqual([]);
    expect(JSON.stringify(rights)).not.toContain('"bind","get"');
  });

  test('let UnbindRole delete RoleBindings and Roles in those namespaces only', () => {
    expect(rulesIn('payments', unbindRoleUser)).toEqual([
      [{ apiGroups: group, resources: ['rolebindings', 'roles'], verbs: ['delete', 'get'] }],
    ]);
    expect(rulesIn('vault', unbindRoleUser)).toEqual([]);
  });

  test('reach beyond a namespace only to read: the offered roles, one grant as UnbindRole, all as SurveyCluster', () => {
    expect(rulesIn(undefined, bindRoleUser)).toEqual([
      [
        {
          apiGroups: group,
          resources: ['clusterroles'],
          verbs: ['get'],
          resourceNames: [name('deployer'), name('reader')],
        },
      ],
    ]);
    expect(rulesIn(undefined, unbindRoleUser)).toEqual([
      [{ apiGroups: group, resources: ['rolebindings', 'roles'], verbs: ['get'] }],
    ]);
    expect(rulesIn(undefined, surveyClusterUser)).toEqual([
      [{ apiGroups: group, resources: ['rolebindings', 'roles'], verbs: ['get', 'list'] }],
    ]);
    expect(rights.filter(({ kind }) => kind === 'ClusterRoleBinding')).toMatchObject(
      [bindRoleUser, unbindRoleUser, surveyClusterUser].map((name) => ({
        roleRef: { apiGroup: group[0], kind: 'ClusterRole', name },
        subjects: [{ apiGroup: group[0], kind: 'User', name }],
      })),
    );
  });

  test('let SurveyCluster change nothing, in no namespace', () => {
    const named = rights.filter(({ metadata }) => metadata.name === surveyClusterUser);
    expect(named.map(({ kind }) => kind)).toEqual(['ClusterRole', 'ClusterRoleBinding']);
  });

  test('are never made from an empty list of names, which Kubernetes reads as every name', () => {
    expect(() => brokerRights([], {}, false)).toThrow('No names to limit');
  });
});

describe('The fences', () => {
  const strict = catalogSchema.parse({
    ...catalogInput({ reader }),
    clusters: { 'payments-prod': { environment: 'prod' }, 'payments-test': {} },
    environments: { prod: { forbids: forbiddenCalls, requiredLabels: ['team'], general: 'deny' } },
    roles: { reader: { ...reader, namespaces: ['payments'] } },
  });
  const { fences } = manifestsFor(strict, 'payments-prod', 'curfew', janitorImage);
  interface Rule {
    operations: string[];
    resources: string[];
    scope: string;
  }
  interface Policy {
    metadata: { name: string };
    spec: {
      failurePolicy: string;
      paramKind?: unknown;
      matchConstraints: {
        resourceRules: Rule[];
        excludeResourceRules?: Rule[];
      };
      matchConditions: { expression: string }[];
    };
  }
  const policies = fences.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy') as unknown as Policy[];

  test('are each in force, to deny', () => {
    const bindings = fences.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding');
    expect(bindings.map((binding) => 'spec' in binding && binding.spec)).toEqual(
      policies.map(({ metadata }) => ({ policyName: metadata.name, validationActions: ['Deny', 'Audit'] })),
    );
  });

  test('need nothing besides themselves, whose loss could open or jam them', () => {
    for (const { spec } of policies) expect(spec.paramKind).toBeUndefined();
  });

  test.each(['rolebindings', 'roles'])(
    'never fail closed on the deleting of %s, but by people with a grant',
    (plural) => {
      const judgesDeleting = policies.filter(({ spec: { matchConstraints } }) => {
        const covers = (rules: Rule[] = []) =>
          rules.some(
            ({ operations, resources, scope }) =>
              operations.some((operation) => operation === 'DELETE' || operation === '*') &&
              resources.some((resource) => resource === plural || resource.startsWith('*')) &&
              scope !== 'Cluster',
          );
        return covers(matchConstraints.resourceRules) && !covers(matchConstraints.excludeResourceRules);
      });
      const named = (policy: string) =>
        judgesDeleting
          .filter(({ spec }) => spec.failurePolicy === policy)
          .map(({ metadata }) => metadata.name);
      expect(named('Ignore')).toEqual(['curfew-broker-deletes', 'curfew-janitor']);
      expect(named('Fail')).toEqual([
        'curfew-people',
        'curfew-people-protected',
        'curfew-forbids-delete-collections',
      ]);
      for (const { metadata, spec } of judgesDeleting) {
        if (!named('Fail').includes(metadata.name)) continue;
        expect(spec.matchConditions[0]?.expression).toMatch(
          /^!request\.userInfo\.username\.startsWith\("curfew-system:"\) && \(.*"curfew:"/,
        );
      }
      for (const user of brokerUsers) expect(user.startsWith('curfew-system:')).toBe(true);
    },
  );

  test.each([
    ['no rules of its own', {}, []],
    [
      'calls that it forbids, each once',
      { forbids: ['exec', 'write-secrets', 'exec'] },
      ['curfew-forbids-exec Deny', 'curfew-forbids-write-secrets Deny'],
    ],
    ['labels that stay', { requiredLabels: ['team'] }, ['curfew-people-labels Deny']],
    [
      'rules for everybody, which warn first',
      { requiredLabels: ['team'], general: 'warn' },
      ['curfew-people-labels Deny', 'curfew-general-root Warn', 'curfew-general-labels Warn'],
    ],
    ['rules for everybody, in force', { general: 'deny' }, ['curfew-general-root Deny']],
  ])('follow the environment of the cluster: %s', (_, rules, expected) => {
    const input = catalogInput({ reader });
    const of = (environment?: string) => {
      const clusters = { 'payments-prod': environment === undefined ? {} : { environment } };
      const parsed = catalogSchema.parse({ ...input, clusters, environments: { prod: rules, test: {} } });
      return manifestsFor(parsed, 'payments-prod', 'curfew', undefined).fences.flatMap((object) =>
        object.kind === 'ValidatingAdmissionPolicyBinding' && 'spec' in object
          ? [
              `${object.metadata.name} ${(object.spec as { validationActions: string[] }).validationActions[0]}`,
            ]
          : [],
      );
    };
    const usual = of();
    expect(of('prod').filter((line) => !usual.includes(line))).toEqual(expected);
    expect(of('test')).toEqual(usual);
  });

  test('write text as CEL reads it', () => {
    expect(literal('a "quoted" \\ text')).toBe('"a \\"quoted\\" \\\\ text"');
    expect(literal({ 'curfew:a:0': ['x'] })).toBe('{"curfew:a:0":["x"]}');
  });
});

describe('The forbidden RoleBinding', () => {
  test('carries no mark and is for nobody', () => {
    const { metadata, subjects } = forbiddenBinding('payments', name('reader'));
    expect(metadata).toEqual({
      name: 'curfew-fence-probe',
      namespace: 'payments',
      labels: {},
      annotations: {},
    });
    expect(subjects.map((subject) => subject.name)).toEqual(['curfew-system:nobody']);
  });

  const refusal =
    "ValidatingAdmissionPolicy 'curfew-bind-role' with binding 'curfew-bind-role' denied request";
  test.each([
    ['refused by the fence', 422, refusal, true],
    ['let through', 201, '', false],
    ['refused by RBAC, which says nothing about fences', 403, 'cannot create resource "rolebindings"', false],
    ['refused by another policy', 422, "ValidatingAdmissionPolicy 'house-rules' denied request", false],
    ['found malformed', 422, 'RoleBinding is invalid', false],
    ['not judged', 500, refusal, false],
  ])('when %s', (_, status, message, proves) => {
    expect(isFenceRefusal('RoleBinding', status, message)).toBe(proves);
  });
});
