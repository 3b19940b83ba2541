/** Which namespaces a role is for: by name, by a pattern such as `team-*`, or by their labels; and which nobody is given anything in. */
import type { Catalog } from './catalog.ts';

/** What Curfew itself runs in a cluster stands here. */
export const ownNamespace = 'curfew-system';

/** Of a namespace, as they stand on its cluster. */
export type NamespaceLabels = Readonly<Record<string, string>>;

/** One that stands on a cluster. */
export interface Existing {
  name: string;
  labels: NamespaceLabels;
}

/** Names, patterns and selectors, as the catalog lists them. */
interface Listed {
  namespaces: readonly string[];
}

/** Whether it stands for any namespace of its form, and so for those that are made later. */
export function isPattern(namespace: string): boolean {
  return namespace.includes('*');
}

/** Whether it stands for any namespace with these labels, written as Kubernetes writes selectors: `team=payments,tier=web`. */
export function isSelector(listed: string): boolean {
  return listed.includes('=');
}

/** Throws nothing: what is no selector selects nothing. */
export function labelsOf(selector: string): [key: string, value: string][] {
  return selector.split(',').map((pair) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
}

/** Whether a role is for a namespace; without its labels, by name alone. Protected ones are another question. */
export function isFor({ namespaces }: Listed, namespace: string, labels?: NamespaceLabels): boolean {
  return namespaces.some((listed) =>
    isSelector(listed) ? labels !== undefined && selects(listed, labels) : matches(listed, namespace),
  );
}

/** Whether it may be for it, as far as one can tell who does not see the cluster. */
export function mayBeFor(role: Listed, namespace: string): boolean {
  return isFor(role, namespace) || role.namespaces.some(isSelector);
}

/** All of its labels, each with its value. */
export function selects(selector: string, labels: NamespaceLabels): boolean {
  return labelsOf(selector).every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
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
 * patterns match or its selectors select. Never a protected one.
 */
export function namespacesOn(
  role: Listed,
  cluster: Pick<Catalog['clusters'][string], 'protectedNamespaces'>,
  existing: readonly Existing[],
): string[] {
  const named = role.namespaces.filter((listed) => !isPattern(listed) && !isSelector(listed));
  const matched = existing.filter((one) => isFor(role, one.name, one.labels)).map(({ name }) => name);
  return [...new Set([...named, ...matched])].filter((n) => !isProtected(cluster, n)).sort();
}
