/** Which namespaces a role is for: by name, or by a pattern such as `team-*`; and which nobody is given anything in. */
import type { Catalog } from './catalog.ts';

/** What Curfew itself runs in a cluster stands here. */
export const ownNamespace = 'curfew-system';

/** Names and patterns, as the catalog lists them. */
interface Listed {
  namespaces: readonly string[];
}

/** Whether it stands for any namespace of its form, and so for those that are made later. */
export function isPattern(namespace: string): boolean {
  return namespace.includes('*');
}

/** Whether a role is for a namespace. Protected ones are another question. */
export function isFor({ namespaces }: Listed, namespace: string): boolean {
  return namespaces.some((listed) => matches(listed, namespace));
}

/** A star stands for any letters, also for none. */
function matches(pattern: string, namespace: string): boolean {
  const [start = '', ...parts] = pattern.split('*');
  const end = parts.pop();
  if (end === undefined) return pattern === namespace;
  if (!namespace.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = namespace.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return namespace.length - end.length >= at && namespace.endsWith(end);
}

/** Whether nothing is ever granted in it: Kubernetes' own, Curfew's own, and what the cluster protects. */
export function isProtected(
  cluster: Pick<Catalog['clusters'][string], 'protectedNamespaces'> | undefined,
  namespace: string,
): boolean {
  return (
    namespace.startsWith('kube-') ||
    namespace === ownNamespace ||
    cluster?.protectedNamespaces.includes(namespace) === true
  );
}

/**
 * The namespaces of a role on a cluster, each once, sorted: those that it names, and of the `existing` ones those that its
 * patterns match. Never a protected one.
 */
export function namespacesOn(
  role: Listed,
  cluster: Pick<Catalog['clusters'][string], 'protectedNamespaces'>,
  existing: readonly string[],
): string[] {
  const named = role.namespaces.filter((listed) => !isPattern(listed));
  const matched = existing.filter((namespace) => isFor(role, namespace));
  return [...new Set([...named, ...matched])].filter((n) => !isProtected(cluster, n)).sort();
}
