/** The calls to the cluster leg in memory: whoever builds the world connects the operations that answer. */
import type * as z from 'zod';
import { FenceOpen, StillStanding, Unavailable } from '#domain/errors.ts';
import type { Survey, SurveyPlan, UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { survey, unbindResult } from '#domain/step-input.ts';
import type { ClusterLeg, UnbindOutcome } from '#ports';

type Answer<I> = (input: I) => Promise<unknown>;

export class MemoryClusterLeg implements ClusterLeg {
  #unbind: Answer<UnbindPlan> | undefined;
  #survey: Answer<SurveyPlan> | undefined;

  /** `unbind` answers for each plan of `unbindAll` too. */
  connect(unbind: Answer<UnbindPlan>, surveyed?: Answer<SurveyPlan>): void {
    this.#unbind = unbind;
    this.#survey = surveyed;
  }

  async unbind(plan: UnbindPlan): Promise<UnbindResult> {
    const what = `UnbindRole for request ${plan.requestId}`;
    return called(what, this.#unbind, plan, unbindResult);
  }

  async unbindAll(plans: readonly UnbindPlan[]): Promise<UnbindOutcome[]> {
    return Promise.all(plans.map((plan) => this.unbind(plan).catch((error: Error) => error)));
  }

  async survey(plan: SurveyPlan): Promise<Survey> {
    return called(`SurveyCluster for ${plan.cluster.eksName}`, this.#survey, plan, survey);
  }
}

/** Errors come through by name or as Unavailable, as they do from another function. */
async function called<I, O>(
  what: string,
  answer: Answer<I> | undefined,
  input: I,
  schema: z.ZodType<O>,
): Promise<O> {
  if (!answer) throw new Unavailable(`${what} is not connected in this world.`);
  try {
    return schema.parse(structuredClone(await answer(structuredClone(input))));
  } catch (error) {
    if (error instanceof FenceOpen || error instanceof StillStanding) throw error;
    throw new Unavailable(`${what} failed.`, { cause: error });
  }
}
