/** What every way to call UnbindRole must do. */
import { expect, it } from 'vitest';
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import type { UnbindPlan } from '#domain/plan.ts';
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

  it.each(['not-ready', 'breaks', 'nonsense'] as const)(
    'says Unavailable when UnbindRole: %s',
    async (requestId) => {
      await expect((await fresh()).unbind(planFor(requestId))).rejects.toBeInstanceOf(Unavailable);
    },
  );
}
