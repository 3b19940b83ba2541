/** The world of AwaitClaim, which asks and waits as AskReviewers does. */
export { askReviewersWorld as awaitClaimWorld } from './ask-reviewers.ts';
