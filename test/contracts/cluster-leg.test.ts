/** ClusterLeg: the memory twin and Lambda do the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { lambdaClusterLeg } from '#adapters/lambda-cluster-leg.ts';
import { MemoryClusterLeg } from '#adapters/memory/cluster-leg.ts';
import { ClusterNotReady, FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import { clusterLegContract, scripted } from './cluster-leg.ts';
import { makeFunction } from './lambda-fixture.ts';
import { localCloud, region } from './local-cloud.ts';

describe('ClusterLeg in memory', () => {
  clusterLegContract(async () => {
    const leg = new MemoryClusterLeg();
    leg.connect(async ({ requestId }) => {
      if (requestId === 'works') return scripted;
      if (requestId === 'fence-open') throw new FenceOpen('in words');
      if (requestId === 'still-standing') throw new StillStanding('in words');
      if (requestId === 'not-ready') throw new ClusterNotReady('in words');
      if (requestId === 'breaks') throw new TypeError('in words');
      return { hello: 'world' };
    });
    return leg;
  });
});

describe('ClusterLeg by Lambda', () => {
  localCloud();
  beforeAll(async () => {
    await makeFunction(
      'UnbindRole',
      `const named = (name) => Object.assign(new Error('in words'), { name });
       export const handler = async ({ requestId }) => {
         if (requestId === 'works') return ${JSON.stringify(scripted)};
         if (requestId === 'fence-open') throw named('FenceOpen');
         if (requestId === 'still-standing') throw named('StillStanding');
         if (requestId === 'not-ready') throw named('ClusterNotReady');
         if (requestId === 'breaks') throw new TypeError('in words');
         if (requestId === 'dies') process.exit(1);
         return { hello: 'world' };
       };`,
    );
  });

  clusterLegContract(async () => lambdaClusterLeg(region, 'UnbindRole'));

  it('says Unavailable when the function dies, or is not there', async () => {
    const plan = { requestId: 'dies' } as Parameters<ReturnType<typeof lambdaClusterLeg>['unbind']>[0];
    await expect(lambdaClusterLeg(region, 'UnbindRole').unbind(plan)).rejects.toBeInstanceOf(Unavailable);
    await expect(lambdaClusterLeg(region, 'NotThere').unbind(plan)).rejects.toBeInstanceOf(Unavailable);
  });
});
