/** What every way to call functions of the AWS leg without waiting must do. */
import { expect, it } from 'vitest';
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import type { Background } from '#ports';

const sweep: ClusterSweep = {
  v: 1,
  cluster: { eksName: 'payments-prod', region: 'us-east-1' },
  at: '2026-11-21T09:00:00.000Z',
};

/** `inputs` waits until so many calls of the function have arrived. */
export function backgroundContract(
  fresh: () => Promise<{
    background: Background;
    inputs(of: 'KillGrants' | 'SweepCluster', count: number): Promise<unknown[]>;
  }>,
): void {
  it('calls each function with its input, every time', async () => {
    const { background, inputs } = await fresh();
    await background.killGrants('01KAJ000000000000000000001');
    await background.killGrants('01KAJ000000000000000000001');
    await background.sweepCluster(sweep);
    const killId = { killId: '01KAJ000000000000000000001' };
    expect(await inputs('KillGrants', 2)).toEqual([killId, killId]);
    expect(await inputs('SweepCluster', 1)).toEqual([sweep]);
  });
}
