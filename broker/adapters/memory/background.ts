/** Functions called and not waited for, in memory: calls are kept, in order, until whoever runs the world takes them. */
import type { ClusterSweep } from '#domain/cluster-sweep.ts';
import { clusterSweep } from '#domain/step-input.ts';
import type { Background } from '#ports';

export class MemoryBackground implements Background {
  readonly sweeps: ClusterSweep[] = [];
  /** Ids of kill orders. */
  readonly kills: string[] = [];

  asks = 0;

  async askByTicket(): Promise<void> {
    this.asks += 1;
  }

  async sweepCluster(sweep: ClusterSweep): Promise<void> {
    this.sweeps.push(clusterSweep.parse(structuredClone(sweep)));
  }

  async killGrants(killId: string): Promise<void> {
    this.kills.push(killId);
  }

  /** Carries out what was called so far, and what that calls; a call that fails is lost. Number of calls. */
  async run(work: (sweep: ClusterSweep) => Promise<unknown>): Promise<number> {
    let calls = 0;
    for (let sweep = this.sweeps.shift(); sweep; sweep = this.sweeps.shift()) {
      calls += 1;
      await work(sweep).catch(() => undefined);
    }
    return calls;
  }
}
