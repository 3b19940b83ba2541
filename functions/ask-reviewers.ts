/** AskReviewers: keeps the task token, mails the reviewers, and leaves the state waiting. */
import { askReviewersWorld } from '#adapters/wiring/ask-reviewers.ts';
import { waitingStep } from '#domain/step-input.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';

const world = askReviewersWorld();

export const handler = async (event: unknown): Promise<object> => {
  await askReviewers(world, waitingStep.parse(event));
  return {};
};
