import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowSchema, readAllowance } from '#domain/allowance.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { allows } from '#domain/rbac.ts';
import { taskLimits } from '#domain/task-role.ts';
import { allowFor, grantedRules, taskRules } from '#domain/task-rules.ts';

const bounds: PolicyRule[] = [
  { apiGroups: [''], resources: ['pods', 'pods/log', 'endpoints'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods'], verbs: ['create', 'delete', 'deletecollection'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['flags', 'limits'],
    verbs: ['get', 'update'],
  },
  { apiGroups: ['', 'apps'], resources: ['deployments', 'services'], verbs: ['get', 'patch'] },
  { apiGroups: ['argoproj.io', 'apps'], resources: ['rollouts'], verbs: ['get'] },
  { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies', 'ingresses'], verbs: ['get'] },
  { apiGroups: [''], resources: ['pods/exec', 'pods/eviction'], verbs: ['create'] },
];

const within = (...allow: string[]) => taskRules({ role: 'operator', bounds }, allow);
const rulesOf = (...allow: string[]) => {
  const found = within(...allow);
  if ('fault' in found) throw new Error(found.fault);
  return found.rules;
};
const faultOf = (...allow: string[]) => {
  const found = within(...allow);
  return 'fault' in found ? found.fault : `no fault: ${JSON.stringify(found.rules)}`;
};
const rule = (apiGroup: string, resource: string, verbs: string[], resourceNames?: string[]) => ({
  apiGroups: [apiGroup],
  resources: [resource],
  verbs,
  ...(resourceNames ? { resourceNames } : {}),
});

describe('an allowance', () => {
  it.each<[string, PolicyRule]>([
    ['get,list pods', rule('', 'pods', ['get', 'list'])],
    ['get pod', rule('', 'pods', ['get'])],
    ['get po', rule('', 'pods', ['get'])],
    ['delete pod/web-7d9', rule('', 'pods', ['delete'], ['web-7d9'])],
    ['delete pods web-7d9 web-8e0', rule('', 'pods', ['delete'], ['web-7d9', 'web-8e0'])],
    ['get pods/log', rule('', 'pods/log', ['get'])],
    ['get pod/log web-1', rule('', 'pods/log', ['get'], ['web-1'])],
    ['get pods log', rule('', 'pods', ['get'], ['log'])],
    ['get deploy', rule('apps', 'deployments', ['get'])],
    ['patch deployments.apps/web', rule('apps', 'deployments', ['patch'], ['web'])],
    ['get svc', rule('', 'services', ['get'])],
    ['get endpoints', rule('', 'endpoints', ['get'])],
    ['get rollouts.argoproj.io', rule('argoproj.io', 'rollouts', ['get'])],
    ['get networkpolicy', rule('networking.k8s.io', 'networkpolicies', ['get'])],
    ['get ingress', rule('networking.k8s.io', 'ingresses', ['get'])],
    ['get,update configmap/flags', rule('', 'configmaps', ['get', 'update'], ['flags'])],
    ['create pods/exec web-1', rule('', 'pods/exec', ['create'], ['web-1'])],
  ])('%s is one rule', (text, wanted) => {
    expect(rulesOf(text)).toEqual([wanted]);
  });

  it('is of each group that serves it, where none is said', () => {
    expect(rulesOf('get rollouts').map(({ apiGroups }) => apiGroups)).toEqual([['apps'], ['argoproj.io']]);
  });

  it.each([
    ['* pods'],
    ['get *'],
    ['get pods/*'],
    ['get pods web-*'],
    ['get'],
    ['pods'],
    [''],
    ['get pods,services'],
    ['get pods/web/log'],
    ['get pods -web'],
    ['GET pods'],
    ['get pods\u0000'],
    ['get /pods'],
  ])('of the form %s is refused, with what to write', (text) => {
    expect(readAllowance(text)).toMatchObject({ fault: expect.stringContaining('"get,list pods"') });
    expect(allowSchema.safeParse([text]).success).toBe(false);
  });

  it('is the same in whatever order and with whatever spaces it is written', () => {
    expect(allowSchema.parse([' get , list  pods ', 'delete pod/web', 'get,list pods'])).toEqual([
      'delete pod/web',
      'get,list pods',
    ]);
  });
});

describe('what a role does not cover', () => {
  it.each([
    ['delete services', 'Role operator lets one get, patch services; not delete.'],
    ['get,delete,watch services', 'not delete, watch'],
    ['get secrets', 'Role operator has nothing to do with "secrets"; it is for configmaps, deployments,'],
    ['get pods/proxy', 'has nothing to do with "pods/proxy"'],
    ['get pods/exec', 'lets one create pods/exec; not get'],
    ['get configmaps', 'lets one get, update configmaps named flags, limits; not get'],
    ['get configmap/other', 'not get other'],
    ['get configmaps flags other', 'not get'],
    ['get deployments.extensions', 'has nothing to do with "deployments.extensions"'],
    ['create pod/web', "can't limit create to names"],
    ['delete,deletecollection pod/web', "can't limit deletecollection to names"],
    ['impersonate users', 'has nothing to do with'],
  ])('%s is refused in words', (text, words) => {
    expect(faultOf(text)).toContain(words);
    // One of several is enough.
    expect(faultOf('get pods', text)).toContain(words);
  });

  it('is never widened by a wildcard of the role', () => {
    const wild = [rule('*', '*', ['*'])];
    expect(taskRules({ role: 'any', bounds: wild }, ['get secrets'])).toHaveProperty('fault');
  });

  it('is more rules than fences judge', () => {
    const some = (count: number) => Array.from({ length: count }, (_, i) => `delete pod/web-${i}`);
    expect(rulesOf(...some(taskLimits.rules))).toHaveLength(taskLimits.rules);
    expect(faultOf(...some(taskLimits.rules + 1))).toContain('more than the 32 of a task');
  });
});

describe('the rules of a task', () => {
  it('are one for each kind of thing and set of names', () => {
    expect(rulesOf('list pods', 'get pods', 'get,delete pod/web', 'delete pod/web')).toEqual([
      rule('', 'pods', ['get', 'list']),
      rule('', 'pods', ['delete'], ['web']),
    ]);
    expect(rulesOf('get,list pods', 'delete pod/web')).toEqual(rulesOf('delete pod/web', 'list,get po'));
  });

  const word = fc.constantFrom(
    'get',
    'list',
    'watch',
    'create',
    'update',
    'patch',
    'delete',
    'deletecollection',
  );
  const kind = fc.constantFrom(
    ...['pods', 'pod', 'pods/log', 'pods/exec', 'deployments', 'deployments.apps', 'services', 'svc'],
    ...['configmaps', 'secrets', 'rollouts', 'rollouts.apps', 'endpoints', 'pods/eviction'],
  );
  const name = fc.constantFrom('', ' flags', ' limits', ' web', ' flags limits');
  const allowance = fc
    .tuple(fc.uniqueArray(word, { minLength: 1, maxLength: 3 }), kind, name)
    .map(([verbs, thing, names]) => `${verbs.join(',')} ${thing}${names}`);

  it('allow nothing that the role does not', () => {
    let covered = 0;
    fc.assert(
      fc.property(fc.array(allowance, { minLength: 1, maxLength: 4 }), (allow) => {
        const found = taskRules({ role: 'operator', bounds }, allow);
        if ('fault' in found) return;
        covered += 1;
        for (const { apiGroups, resources, verbs, resourceNames } of found.rules) {
          expect([apiGroups, resources].map(({ length }) => length)).toEqual([1, 1]);
          for (const verb of verbs)
            for (const named of resourceNames ?? [undefined]) {
              const call = { verb, apiGroup: apiGroups[0] ?? '', resource: resources[0] ?? '', name: named };
              expect(allows(bounds, call)).toBe(true);
            }
        }
      }),
      { numRuns: 2000 },
    );
    expect(covered).toBeGreaterThan(50);
  });

  it('are what is granted, and without a task the role is', () => {
    const [some = rule('', 'pods', ['get'])] = rulesOf('get pods');
    expect(grantedRules({ rules: bounds, task: { rules: [some] } })).toEqual([some]);
    expect(grantedRules({ rules: bounds })).toBe(bounds);
  });
});

describe('allowances for what a cluster refused', () => {
  it.each([
    [{ verb: 'get', apiGroup: '', resource: 'pods' }, 'get pods'],
    [{ verb: 'patch', apiGroup: 'apps', resource: 'deployments', name: 'web' }, 'patch deployments.apps/web'],
    [{ verb: 'create', apiGroup: '', resource: 'pods/exec', name: 'web' }, 'create pods/exec web'],
    [{ verb: 'get', apiGroup: '', resource: 'pods', name: 'log' }, 'get pods log'],
  ])('allow exactly that: %o', (call, text) => {
    expect(allowFor([call])).toEqual([text]);
    expect(allows(rulesOf(text), call)).toBe(true);
  });
});
