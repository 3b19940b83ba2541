/** The call to UnbindRole in memory: whoever builds the world connects the operation that answers. */
import { Unavailable } from '#domain/errors.ts';
import type { UnbindPlan, UnbindResult } from '#domain/plan.ts';
import type { ClusterLeg } from '#ports';

export class MemoryClusterLeg implements ClusterLeg {
  #answer: ((plan: UnbindPlan) => Promise<UnbindResult>) | undefined;

  connect(answer: (plan: UnbindPlan) => Promise<UnbindResult>): void {
    this.#answer = answer;
  }

  async unbind(plan: UnbindPlan): Promise<UnbindResult> {
    if (!this.#answer) throw new Unavailable('UnbindRole is not connected in this world.');
    return structuredClone(await this.#answer(structuredClone(plan)));
  }
}
