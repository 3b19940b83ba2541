import { describe, expect, it } from 'vitest';
import { findings, judge, missingOf, placeOf, targetOf } from '#domain/findings.ts';
import { after as plus } from '#domain/instant.ts';
import { type LiveGrant, liveGrantOf } from '#domain/live-grant.ts';
import type { StandingGrant, StandingRole } from '#domain/plan.ts';
import { aRequest } from '../builders/request.ts';

function aLive(namespaces = ['payments'], status: 'granting' | 'active' | 'revoking' = 'active'): LiveGrant {
  const live = liveGrantOf(aRequest({ status, asked: { namespaces } }));
  if (!live) throw new Error('It is live.');
  return live;
}

/** What stands when all is well. */
function standingOf(live: LiveGrant): StandingGrant[] {
  return live.bindings.map(({ namespace, name, uid = `uid-${namespace}` }) => ({
    namespace,
    name,
    uid,
    requestId: live.requestId,
    roleRef: { kind: 'ClusterRole', name: live.clusterRole },
    subjects: [live.subject.kubernetes],
    expiresAt: live.expiresAt,
    createBefore: live.createBefore,
  }));
}

const inForce = (live: LiveGrant) => plus(live.activatedAt ?? live.createBefore, 600_000);
const [live, standing] = (() => {
  const made = aLive();
  const [first] = standingOf(made);
  if (!first) throw new Error('It has a RoleBinding.');
  return [made, first];
})();

describe('a RoleBinding with our mark', () => {
  it('that is what its grant made is no finding, in force, opening or ending', () => {
    for (const status of ['granting', 'active', 'revoking'] as const) {
      const grant = aLive(['payments', 'checkout'], status);
      const shown = { kind: 'RoleBinding' as const, standing: standingOf(grant), after: '' };
      expect(findings([grant], shown, inForce(grant))).toEqual([]);
    }
  });

  it('is an orphan without a live grant, and where its grant has none', () => {
    expect(judge(undefined, standing, inForce(live))).toMatchObject({ kind: 'orphan', standing });
    for (const place of [{ namespace: 'checkout' }, { name: 'curfew-other' }]) {
      const other = { ...standing, ...place };
      expect(judge(live, other, inForce(live))).toMatchObject({ kind: 'orphan', standing: other });
    }
    expect(
      findings(
        [live],
        { kind: 'RoleBinding', standing: [{ ...standing, requestId: '' }], after: '~' },
        inForce(live),
      ),
    ).toMatchObject([{ kind: 'orphan', requestId: '' }]);
  });

  it.each<[string, Partial<StandingGrant>]>([
    ['it was made anew', { uid: 'another' }],
    ['it has more subjects', { subjects: [live.subject.kubernetes, { kind: 'User', name: 'mallory' }] }],
    ['it has another subject', { subjects: [{ kind: 'User', name: 'mallory' }] }],
    ['it has another subject', { subjects: [{ kind: 'Group', name: live.subject.kubernetes.name }] }],
    ['it has another subject', { subjects: [] }],
    ['it gives another role', { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } }],
    ['it gives another role', { roleRef: { kind: 'Role', name: live.clusterRole } }],
    ['it has another expires-at', { expiresAt: plus(live.expiresAt, 1) }],
  ])('was edited by hand when %s', (why, change) => {
    const found = judge(live, { ...standing, ...change }, inForce(live));
    expect(found).toMatchObject({ kind: 'edited', requestId: live.requestId });
    expect(found?.reason).toContain(why);
  });

  it('was edited by hand when it lost its expires-at', () => {
    const { expiresAt: _, ...rest } = standing;
    expect(judge(live, rest, inForce(live))?.kind).toBe('edited');
  });

  it('is overdue a minute after its end, not before', () => {
    expect(judge(live, standing, plus(live.expiresAt, 59_999))).toBeUndefined();
    expect(judge(live, standing, plus(live.expiresAt, 60_000))?.kind).toBe('overdue');
  });
});

describe('a grant without its RoleBinding', () => {
  it('misses it when it is in force, for a minute already, and for another minute', () => {
    const shown = { kind: 'RoleBinding' as const, standing: [], after: '' };
    const kinds = (now: string, of: LiveGrant) => missingOf([of], shown, now).map(({ kind }) => kind);
    expect(kinds(inForce(live), live)).toEqual(['missing']);
    expect(kinds(plus(live.activatedAt ?? '', 59_999), live)).toEqual([]);
    expect(kinds(plus(live.activatedAt ?? '', 60_000), live)).toEqual(['missing']);
    expect(kinds(plus(live.expiresAt, -60_000), live)).toEqual([]);
    for (const status of ['granting', 'revoking'] as const) {
      const other = aLive(['payments'], status);
      expect(kinds(inForce(other), other)).toEqual([]);
    }
  });

  it('is judged by the page on which it ought to stand', () => {
    const grant = aLive(['checkout', 'payments']);
    const [first, second] = grant.bindings.map(placeOf) as [string, string];
    const missing = (behind: string, upTo?: string) =>
      missingOf(
        [grant],
        { kind: 'RoleBinding', standing: [], after: behind, ...(upTo === undefined ? {} : { upTo }) },
        inForce(grant),
      ).map((found) => found.kind === 'missing' && placeOf(found.binding));
    expect(missing('')).toEqual([first, second]);
    expect(missing('', first)).toEqual([first]);
    expect(missing(first)).toEqual([second]);
    expect(missing(first, second)).toEqual([second]);
    expect(missing('', 'a')).toEqual([]);
    expect(missing(second)).toEqual([]);
  });
});

describe('a grant that is for one task', () => {
  const task: LiveGrant = { ...live, task: 'a'.repeat(64) };
  const [binding] = task.bindings;
  if (!binding) throw new Error('It has a RoleBinding.');
  const { namespace, name } = binding;
  const role: StandingRole = {
    namespace,
    name,
    uid: 'uid-role',
    requestId: task.requestId,
    rulesDigest: 'a'.repeat(64),
    expiresAt: task.expiresAt,
  };

  it('binds the Role of its own name, and no ClusterRole', () => {
    const own = { ...standing, roleRef: { kind: 'Role', name } };
    expect(judge(task, own, inForce(task))).toBeUndefined();
    expect(judge(task, standing, inForce(task))?.kind).toBe('edited');
    const another = { ...own, roleRef: { kind: 'Role', name: 'another' } };
    expect(judge(task, another, inForce(task))?.kind).toBe('edited');
  });

  it('has that Role with its own rules, as long as it lasts', () => {
    expect(judge(task, role, inForce(task))).toBeUndefined();
    expect(judge(task, { ...role, rulesDigest: 'b'.repeat(64) }, inForce(task))).toMatchObject({
      kind: 'edited',
      reason: expect.stringContaining('it has other rules'),
    });
    expect(judge(task, { ...role, expiresAt: plus(task.expiresAt, 1) }, inForce(task))?.kind).toBe('edited');
    expect(judge(task, role, plus(task.expiresAt, 60_000))?.kind).toBe('overdue');
    const shown = { kind: 'Role' as const, standing: [], after: '' };
    expect(missingOf([task], shown, inForce(task)).map(({ kind }) => kind)).toEqual(['missing']);
    expect(missingOf([live], shown, inForce(live))).toEqual([]);
  });

  it.each<[string, LiveGrant | undefined]>([
    ['nobody', undefined],
    ['a grant that is for no task', live],
    ['a grant elsewhere', { ...task, bindings: [{ namespace: 'checkout', name }] }],
  ])('leaves a Role of %s an orphan, which goes with whatever binds it', (_, of) => {
    expect(judge(of, role, inForce(live))?.kind).toBe('orphan');
    expect(targetOf(role)).toEqual({ bindings: [{ namespace, name }], task: true });
    expect(targetOf(standing)).toEqual({ bindings: [{ namespace, name, uid: standing.uid }] });
  });
});
