/** The world of SurveyCluster: one cluster's API. No AWS service and no configuration. */
import { ownEksToken } from '../function-credentials.ts';
import { KubernetesApi } from '../kubernetes-api.ts';

export function surveyClusterWorld() {
  return { cluster: new KubernetesApi(ownEksToken) };
}
