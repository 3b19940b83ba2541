/** The world of BindRole and DefineRole: one cluster's API and the public half of the plan key. No AWS service. */
import { environment } from '../environment.ts';
import { ownEksToken } from '../function-credentials.ts';
import { KubernetesApi } from '../kubernetes-api.ts';
import { planVerifier } from '../plan-verifier.ts';
import { systemClock } from '../system.ts';

export function planWorld() {
  const { region, deployment, planPublicKey } = environment(['region', 'deployment', 'planPublicKey']);
  return {
    clock: systemClock,
    settings: { deployment, region },
    cluster: new KubernetesApi(ownEksToken),
    verifier: planVerifier(planPublicKey),
  };
}
