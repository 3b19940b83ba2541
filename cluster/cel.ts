/** Values and tests as CEL text, for the expressions of the fences. */
import { managedBy } from '#domain/access-entry.ts';
import { marks } from '#domain/role-binding.ts';

/** A string, list or map of strings as a CEL literal. JSON's escapes of strings are CEL's too. */
export function literal(value: string | readonly unknown[] | Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value);
}

/** Value of a label or annotation of the object that is written, '' when there is none: never an error. */
export function markOf(field: 'labels' | 'annotations', key: string): string {
  return `object.metadata.?${field}[?${literal(key)}].orValue('')`;
}

/** Whether the object that is written has, or is to be given by the server, a name that begins so. */
export function nameStartsWith(prefix: string): string {
  return `object.metadata.?name.orValue('').startsWith(${literal(prefix)})`;
}

/** Crockford's base 32, in the lower case that names of Kubernetes objects have. */
export const requestIdPattern = '[0-9a-hjkmnp-tv-z]{26}';
export const grantNamePattern = `^curfew-${requestIdPattern}$`;

/**
 * Whether the RoleBinding or Role that is written is, or passes itself off as, one of ours: by its name or by any mark. Total: no
 * object makes it fail, as a fence that fails would refuse, or let through, what it never judged.
 */
export const looksLikeGrant = [
  `object.metadata.?name.orValue('').matches(${literal(grantNamePattern)})`,
  `${markOf('labels', marks.managedBy)} == ${literal(managedBy)}`,
  `object.metadata.?labels[?${literal(marks.request)}].hasValue()`,
].join(' || ');
