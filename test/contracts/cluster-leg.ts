/** What every way to call UnbindRole must do. */
import { expect, it } from 'vitest';
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress, Survey, UnbindPlan } from '#domain/plan.ts';
import type { ClusterLeg } from '#ports';

/** What UnbindRole does in this suite, by the request it is called for. */
const script = {
  works: 'returns {unboundAt, found}',
  'fence-open': 'throws FenceOpen',
  'still-standing': 'throws StillStanding',
  'not-ready': 'throws ClusterNotReady',
  breaks: 'throws TypeError',
  nonsense: 'returns something else',
} as const;

export const scripted = { unboundAt: '2026-11-21T09:00:00.000Z', found: true };

function planFor(requestId: keyof typeof script): UnbindPlan {
  return {
    v: 1,
    deployment: 'contract',
    requestId,
    cluster: { eksName: 'c', region: 'us-east-1', endpoint: 'https://c', certificateAuthority: 'eA==' },
    bindings: [{ namespace: 'payments', name: 'curfew-1', uid: 'u' }],
    notBefore: '2026-11-21T09:00:00.000Z',
    createBefore: '2026-11-21T08:30:00.000Z',
  };
}

const cluster = planFor('works').cluster as ClusterAddress;

export const scriptedSurvey: Survey = {
  grants: [
    {
      namespace: 'payments',
      name: 'curfew-1',
      uid: 'u',
      requestId: '1',
      roleRef: { kind: 'ClusterRole', name: 'r' },
      subjects: [{ kind: 'User', name: 'curfew:x' }],
    },
  ],
  cursor: 'next',
};

export function clusterLegContract(fresh: () => Promise<ClusterLeg>): void {
  it('brings back what UnbindRole answered', async () => {
    expect(await (await fresh()).unbind(planFor('works'))).toEqual(scripted);
  });

  it.each([
    ['fence-open', FenceOpen],
    ['still-standing', StillStanding],
  ] as const)('keeps the meaning of %s, with its words', async (requestId, expected) => {
    const failed = (await fresh()).unbind(planFor(requestId));
    await expect(failed).rejects.toBeInstanceOf(expected);
    await expect(failed).rejects.toThrow('in words');
  });

  it('brings back an outcome for each of several plans, in order', async () => {
    const plans = (['works', 'fence-open', 'works', 'still-standing', 'not-ready'] as const).map(planFor);
    const outcomes = await (await fresh()).unbindAll(plans);
    expect(outcomes[0]).toEqual(scripted);
    expect(outcomes[1]).toBeInstanceOf(FenceOpen);
    expect(outcomes[2]).toEqual(scripted);
    expect(outcomes[3]).toBeInstanceOf(StillStanding);
    expect(outcomes[4]).toBeInstanceOf(Unavailable);
    expect((outcomes[1] as Error).message).toBe('in words');
  });

  it('brings back what SurveyCluster answered, or Unavailable', async () => {
    const leg = await fresh();
    expect(await leg.survey({ v: 1, deployment: 'contract', cluster })).toEqual(scriptedSurvey);
    const gone = leg.survey({ v: 1, deployment: 'contract', cluster, cursor: 'breaks' });
    await expect(gone).rejects.toBeInstanceOf(Unavailable);
  });

  it.each(['not-ready', 'breaks', 'nonsense'] as const)(
    'says Unavailable when UnbindRole: %s',
    async (requestId) => {
      await expect((await fresh()).unbind(planFor(requestId))).rejects.toBeInstanceOf(Unavailable);
    },
  );
}
