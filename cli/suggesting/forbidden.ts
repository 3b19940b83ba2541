/** What a cluster refused, read from the message that kubectl showed: pasted, wrapped, or as a Status object. */
import type { ResourceCall } from '#domain/rbac.ts';

export interface RefusedCall extends ResourceCall {
  /** Absent: for the whole cluster, or in all namespaces at once. */
  namespace?: string;
}

export interface Refusals {
  calls: RefusedCall[];
  /** Paths that are no resources: `/metrics`. */
  paths: string[];
}

/** The API server quotes as Go does. Bounded where it repeats: it reads whatever is pasted. */
const sentence = new RegExp(
  [
    String.raw`User (?:"(?:[^"\\]|\\.){0,1024}"|\S{1,1024}) cannot (?<verb>[\w:-]{1,63}) `,
    String.raw`(?:path "?(?<path>/[^\s"]{0,1024})"?|`,
    String.raw`resource "?(?<resource>[^\s"]{1,256})"? in API group (?:"(?<group>[^"]{0,256})" |(?<bare>[\w.-]{1,256}) )?`,
    '(?:in the namespace "?(?<namespace>[a-z0-9-]{1,63})"?|at the cluster scope))',
  ].join(''),
  'g',
);
/** What stands before the sentence: `pods "web" is forbidden: ` carries the name. */
const before = /(?:"(?<name>[^"]*)"|(?<kindOrName>[^\s"]+)) is forbidden: $/;
const beforeLength = 400;

/** Everything that the text says was refused, each once; empty when it is no such message. */
export function readForbidden(text: string): Refusals {
  // A Status object has its quotes escaped; a pasted line is wrapped where the terminal ended.
  const flat = text.replaceAll('\\"', '"').replace(/\s+/g, ' ');
  const found = [...flat.matchAll(sentence)].map(({ groups, index }) => {
    const prefix = flat.slice(Math.max(0, index - beforeLength), index);
    return { ...before.exec(prefix)?.groups, ...groups };
  });
  const calls = found.flatMap((groups) => callOf(groups) ?? []);
  return {
    calls: [...new Map(calls.map((call) => [JSON.stringify(call), call])).values()],
    paths: [...new Set(found.flatMap(({ path }) => path ?? []))],
  };
}

function callOf(found: Record<string, string | undefined>): RefusedCall | undefined {
  const { verb, resource, group, bare, namespace, kindOrName } = found;
  if (!verb || !resource) return undefined;
  const apiGroup = group ?? bare ?? '';
  const [kind] = resource.split('/');
  // Quotes are lost in some pastes: what isn't the kind is the name then.
  const isKind = kindOrName === kind || kindOrName === `${kind}.${apiGroup}`;
  const name = found.name ?? (isKind ? undefined : kindOrName);
  return {
    verb,
    apiGroup,
    resource,
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  };
}
