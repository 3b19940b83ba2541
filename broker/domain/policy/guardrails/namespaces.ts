/** Only the role's namespaces; never Kubernetes' own, nor what the cluster protects. */
import type { Guardrail } from '../guardrail.ts';

export const namespaces: Guardrail = ({ catalog, asked, role }) => {
  const guarded = Object.hasOwn(catalog.clusters, asked.cluster)
    ? catalog.clusters[asked.cluster]
    : undefined;
  return asked.namespaces.flatMap((namespace) => {
    const refuse = (reason: string) => [{ rule: 'namespaces', refuse: reason }];
    if (namespace.startsWith('kube-') || guarded?.protectedNamespaces.includes(namespace)) {
      return refuse(`Namespace "${namespace}" is protected: no access can be asked for there.`);
    }
    if (role && !role.namespaces.includes(namespace)) {
      return refuse(
        `Role "${asked.role}" is not for namespace "${namespace}", only for ${role.namespaces.join(', ')}.`,
      );
    }
    return [];
  });
};
