/** Only the role's namespaces; never Kubernetes' own, nor what the cluster protects. */
import { listed } from '../../catalog-lookup.ts';
import { isFor, isProtected } from '../../namespaces.ts';
import type { Guardrail } from '../guardrail.ts';

export const namespaces: Guardrail = ({ catalog, asked, role, labels = {} }) => {
  const guarded = listed(catalog.clusters, asked.cluster);
  return asked.namespaces.flatMap((namespace) => {
    const refuse = (reason: string) => [{ rule: 'namespaces', refuse: reason }];
    if (isProtected(guarded, namespace)) {
      return refuse(`Namespace "${namespace}" is protected: no access can be asked for there.`);
    }
    if (role && !isFor(role, namespace, listed(labels, namespace))) {
      return refuse(
        `Role "${asked.role}" is not for namespace "${namespace}", only for ${role.namespaces.join(', ')}.`,
      );
    }
    return [];
  });
};
