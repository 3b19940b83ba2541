/** KnownClusters: the memory twin and DynamoDB do the same. */
import { describe, expect, it } from 'vitest';
import { documentClient } from '#adapters/documents.ts';
import { DynamoClusters } from '#adapters/dynamo-clusters.ts';
import { MemoryClusters } from '#adapters/memory/clusters.ts';
import type { KnownClusters } from '#ports';
import { localCloud, makeTable, region } from './local-cloud.ts';

function knownClustersContract(fresh: () => Promise<KnownClusters>): void {
  it('keeps each cluster once, by region and name, until it is forgotten', async () => {
    const clusters = await fresh();
    expect(await clusters.list()).toEqual([]);
    const here = { eksName: 'payments-prod', region };
    const there = { eksName: 'payments-prod', region: 'eu-west-1' };
    for (const cluster of [here, there, here]) await clusters.remember(cluster);
    expect(await clusters.list()).toHaveLength(2);
    expect(await clusters.list()).toEqual(expect.arrayContaining([here, there]));
    await clusters.forget(there);
    await clusters.forget(there);
    expect(await clusters.list()).toEqual([here]);
  });
}

describe('KnownClusters in memory', () => knownClustersContract(async () => new MemoryClusters()));

describe('KnownClusters in DynamoDB', () => {
  localCloud();
  knownClustersContract(async () => {
    await makeTable('clusters');
    return new DynamoClusters(documentClient('revoking', region), 'clusters');
  });
});
