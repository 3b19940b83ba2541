/** The world of UnbindRole: one cluster's API. No AWS service and no configuration. */
import { ownEksToken } from '../function-credentials.ts';
import { KubernetesApi } from '../kubernetes-api.ts';
import { systemClock } from '../system.ts';

export function unbindRoleWorld() {
  return { clock: systemClock, cluster: new KubernetesApi(ownEksToken) };
}
