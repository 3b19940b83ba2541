/** AskReviewers: keeps the task token, mails the reviewers, and leaves the state waiting. */
import { stepHandler } from '#adapters/step-handler.ts';
import { askReviewersWorld } from '#adapters/wiring/ask-reviewers.ts';
import { waitingStep } from '#domain/step-input.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';

const world = askReviewersWorld();

export const handler = stepHandler('AskReviewers', waitingStep, async (input) => {
  await askReviewers(world, input);
  return {};
});
