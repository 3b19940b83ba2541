/** ClusterLeg: the memory twin and Lambda do the same. */
import { beforeAll, describe, expect, it } from 'vitest';
import { lambdaClusterLeg } from '#adapters/lambda-cluster-leg.ts';
import { MemoryClusterLeg } from '#adapters/memory/cluster-leg.ts';
import { ClusterNotReady, FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import { clusterLegContract, scripted, scriptedSurvey } from './cluster-leg.ts';
import { makeFunction } from './lambda-fixture.ts';
import { localCloud, region } from './local-cloud.ts';

describe('ClusterLeg in memory', () => {
  clusterLegContract(async () => {
    const leg = new MemoryClusterLeg();
    const unbind = async ({ requestId }: { requestId: string }) => {
      if (requestId === 'works') return scripted;
      if (requestId === 'fence-open') throw new FenceOpen('in words');
      if (requestId === 'still-standing') throw new StillStanding('in words');
      if (requestId === 'not-ready') throw new ClusterNotReady('in words');
      if (requestId === 'breaks') throw new TypeError('in words');
      return { hello: 'world' };
    };
    leg.connect(unbind, async ({ cursor }) => {
      if (cursor === 'breaks') throw new TypeError('in words');
      return scriptedSurvey;
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
       const unbind = async ({ requestId }) => {
         if (requestId === 'works') return ${JSON.stringify(scripted)};
         if (requestId === 'fence-open') throw named('FenceOpen');
         if (requestId === 'still-standing') throw named('StillStanding');
         if (requestId === 'not-ready') throw named('ClusterNotReady');
         if (requestId === 'breaks') throw new TypeError('in words');
         if (requestId === 'dies') process.exit(1);
         return { hello: 'world' };
       };
       const outcome = async (plan) => {
         try { return await unbind(plan); } catch ({ name, message }) { return { errorType: name, errorMessage: message }; }
       };
       export const handler = async (input) =>
         input.plans ? { outcomes: await Promise.all(input.plans.map(outcome)) } : unbind(input);`,
    );
    await makeFunction(
      'SurveyCluster',
      `export const handler = async ({ cursor }) => {
         if (cursor === 'breaks') throw new TypeError('in words');
         return ${JSON.stringify(scriptedSurvey)};
       };`,
    );
  });

  const functions = { unbind: 'UnbindRole', survey: 'SurveyCluster' };
  clusterLegContract(async () => lambdaClusterLeg(region, functions));

  it('says Unavailable when the function dies, or is not there', async () => {
    const plan = { requestId: 'dies' } as Parameters<ReturnType<typeof lambdaClusterLeg>['unbind']>[0];
    await expect(lambdaClusterLeg(region, functions).unbind(plan)).rejects.toBeInstanceOf(Unavailable);
    const nowhere = lambdaClusterLeg(region, { ...functions, unbind: 'NotThere' });
    await expect(nowhere.unbind(plan)).rejects.toBeInstanceOf(Unavailable);
    await expect(nowhere.unbindAll([plan])).rejects.toBeInstanceOf(Unavailable);
  });
});
