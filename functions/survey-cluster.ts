/** SurveyCluster (cluster leg): reads what of ours stands on one cluster, a page at a time. */
import { stepHandler } from '#adapters/step-handler.ts';
import { surveyClusterWorld } from '#adapters/wiring/survey-cluster.ts';
import { surveyPlan } from '#domain/step-input.ts';
import { surveyCluster } from '#operations/survey-cluster.ts';

const world = surveyClusterWorld();

export const handler = stepHandler('SurveyCluster', surveyPlan, (input) => surveyCluster(world, input));
