/** The call to UnbindRole in memory: whoever builds the world connects the operation that answers. */
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import type { UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { unbindResult } from '#domain/step-input.ts';
import type { ClusterLeg } from '#ports';

export class MemoryClusterLeg implements ClusterLeg {
  #answer: ((plan: UnbindPlan) => Promise<unknown>) | undefined;

  connect(answer: (plan: UnbindPlan) => Promise<unknown>): void {
    this.#answer = answer;
  }

  /** Errors come through by name or as Unavailable, as they do from another function. */
  async unbind(plan: UnbindPlan): Promise<UnbindResult> {
    if (!this.#answer) throw new Unavailable('UnbindRole is not connected in this world.');
    try {
      return unbindResult.parse(structuredClone(await this.#answer(structuredClone(plan))));
    } catch (error) {
      if (error instanceof FenceOpen || error instanceof StillStanding) throw error;
      throw new Unavailable(`UnbindRole for request ${plan.requestId} failed.`, { cause: error });
    }
  }
}
