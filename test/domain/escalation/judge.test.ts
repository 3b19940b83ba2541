/** Each escalation fires on what leads to it, and stays silent on what comes near it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judge, type Scope } from '#domain/escalation/judge.ts';
import { escalationIds, knownEscalations } from '#domain/escalation/known.ts';
import { allows, type RbacRule } from '#domain/rbac.ts';
import { cases, rule } from './cases.ts';
import { callsOf, roleByChance } from './generated.ts';

const idsOf = (rules: readonly RbacRule[], scope: Scope) => judge(rules, { scope }).map(({ id }) => id);

describe.each(cases)('$id', ({ id, fires, silent, clusterOnly }) => {
  it.each(fires)('fires on %s', (text) => {
    expect(idsOf([rule(text)], 'cluster')).toContain(id);
    expect(idsOf([rule(text)], 'namespace').includes(id)).toBe(clusterOnly !== true);
  });

  it('stays silent on what comes near it', () => {
    for (const text of silent) expect(idsOf([rule(text)], 'cluster'), text).not.toContain(id);
    expect(idsOf(silent.map(rule), 'cluster')).not.toContain(id);
  });
});

describe('E48-server-internals', () => {
  const paths = (...nonResourceURLs: string[]) => [{ verbs: ['get'], nonResourceURLs }];

  it.each(['*', '/*', '/logs', '/logs/*', '/logs/kube-apiserver.log', '/log*', '/debug/pprof/**'])(
    'fires on %s',
    (path) => {
      expect(idsOf(paths(path), 'cluster')).toContain('E48-server-internals');
      expect(idsOf(paths(path), 'namespace')).toEqual([]);
    },
  );

  it('stays silent on what comes near it', () => {
    const near = paths('/healthz', '/logsinks', '/metrics', '/api/*', '/version', '/*/logs');
    expect(idsOf([...near, { verbs: ['put'], nonResourceURLs: ['/logs'] }], 'cluster')).toEqual([]);
  });
});

describe('the escalations', () => {
  it('are all tried here, each under an id of its own', () => {
    expect(new Set(escalationIds).size).toBe(escalationIds.length);
    expect([...cases.map(({ id }) => id), 'E48-server-internals'].sort()).toEqual(escalationIds);
  });

  it('say in words what they let one do', () => {
    for (const { id, title, why } of knownEscalations) {
      expect(id).toMatch(/^E\d\d(-[a-z]+)+$/);
      expect(title, id).toMatch(/^[a-z].*[^.]$/);
      expect(why, id).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe('several rules', () => {
  it('do not combine: verbs of one with resources of another', () => {
    expect(idsOf([rule('create pods/log'), rule('get pods'), rule('list services')], 'namespace')).toEqual(
      [],
    );
    expect(idsOf([rule('create configmaps'), rule('get pods/log')], 'namespace')).toEqual([]);
  });

  it('count each by itself, and are told with what in them does it, worst first', () => {
    const found = judge([rule('get pods'), rule('get,list secrets,configmaps'), rule('bind *:*')], {
      scope: 'namespace',
    });
    expect(found.map(({ id, rules, by }) => ({ id, rules, by }))).toEqual([
      { id: 'E01-wildcard', rules: [2], by: ['*'] },
      { id: 'E03-bind', rules: [2], by: ['bind roles', 'bind clusterroles'] },
      { id: 'E08-get-secrets', rules: [1], by: ['get secrets'] },
      { id: 'E09-list-secrets', rules: [1], by: ['list secrets'] },
    ]);
  });

  it('put the worse first, whatever its number', () => {
    const rules = [rule('patch services'), rule('create rbac.authorization.k8s.io:roles')];
    expect(idsOf(rules, 'namespace')).toEqual(['E50-write-roles', 'E37-service-addresses']);
  });

  it('tell every subresource that a wildcard covers', () => {
    const [wildcard, extras] = judge([rule('impersonate authentication.k8s.io:*')], {
      scope: 'cluster',
    }).filter(({ id }) => /E01|E07/.test(id));
    expect(wildcard?.by).toEqual(['*']);
    expect(extras?.by).toEqual(['impersonate uids', 'impersonate userextras/*']);
  });

  it('that list nothing grant nothing', () => {
    expect(idsOf([{ verbs: ['*'] }, { verbs: [], apiGroups: ['*'], resources: ['*'] }], 'cluster')).toEqual(
      [],
    );
    expect(idsOf([{ verbs: ['*'], apiGroups: [], resources: ['*'] }], 'cluster')).toEqual([]);
  });
});

describe('generated roles', () => {
  it('are judged by exactly the calls that their rules allow', () => {
    fc.assert(
      fc.property(roleByChance, (rules) => {
        const found = idsOf(rules, 'cluster');
        for (const escalation of knownEscalations) {
          const allowed = callsOf(escalation, rules).filter((call) => allows(rules, call));
          expect(found.includes(escalation.id), `${escalation.id}: ${JSON.stringify(allowed[0])}`).toBe(
            allowed.length > 0,
          );
        }
      }),
      { numRuns: 1_500 },
    );
  });

  it('are no better for one rule more', () => {
    fc.assert(
      fc.property(roleByChance, roleByChance, (rules, more) => {
        for (const scope of ['namespace', 'cluster'] as const)
          expect(idsOf([...rules, ...more], scope)).toEqual(expect.arrayContaining(idsOf(rules, scope)));
      }),
      { numRuns: 1_000 },
    );
  });
});
