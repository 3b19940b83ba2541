/** What is known of the use of one grant. Joining is commutative, associative and idempotent: late, doubled and disordered delivery tells the same. */
import { sha256Hex } from '../digest.ts';
import type { Instant } from '../instant.ts';
import { type Act, joinActs, streamOf } from './act.ts';
import { requestIdOfName } from './attribute.ts';
import type { AuditLine } from './audit-line.ts';
import { privilegeOf } from './concern.ts';
import { countOf, emptySketch, joinSketches, noteId, type Sketch } from './distinct-count.ts';

/** The API server's own word that a RoleBinding, or a Role, of the grant was made, changed or deleted. */
export interface ClusterWord {
  auditId: string;
  at: Instant;
  verb: string;
  kind: 'rolebindings' | 'roles';
  namespace: string;
  by: string;
}

export interface Usage {
  v: 1;
  /** By rank; at most `mostActs`. */
  acts: Act[];
  /** Of the ids of all acts, kept or not. */
  heard: Sketch;
  /** The first and the last that the grant allowed. */
  first?: { at: Instant; auditId: string };
  last?: { at: Instant; auditId: string };
  /** At most `mostWords`. */
  words: ClusterWord[];
}

/** So that a grant's item stays below 400 kB, DynamoDB's limit, at about 500 bytes for an act. */
export const mostActs = 400;
const mostWords = 60;

export const noUsage: Usage = { v: 1, acts: [], heard: emptySketch, words: [] };

/**
 * What is kept where not all can be: first what may outlive the grant, then what gives or shows power, then what was refused.
 * A function of what all lines of an act tell alike, so that an act that was dropped once never comes back in part.
 */
function rankOf(act: Act): string {
  const { id, verb, allowed } = act;
  const weight = !allowed ? 2 : streamOf(act) ? 0 : privilegeOf(act) ? 1 : verb === 'create' ? 1 : 3;
  return `${weight}${sha256Hex(id)}`;
}

export function joinUsage(a: Usage, b: Usage): Usage {
  const acts = new Map(a.acts.map((act) => [act.id, act]));
  for (const act of b.acts) {
    const known = acts.get(act.id);
    acts.set(act.id, known ? joinActs(known, act) : act);
  }
  const words = new Map([...a.words, ...b.words].map((word) => [wordKey(word), word]));
  const firsts = [a.first, b.first].filter((one) => one !== undefined).sort(byTime);
  const lasts = [a.last, b.last].filter((one) => one !== undefined).sort(byTime);
  const [first] = firsts;
  const last = lasts.at(-1);
  return {
    v: 1,
    acts: inOrder([...acts.values()], rankOf).slice(0, mostActs),
    heard: joinSketches(a.heard, b.heard),
    ...(first ? { first } : {}),
    ...(last ? { last } : {}),
    // The last: they tell whether it stands.
    words: inOrder([...words.values()], wordKey).slice(-mostWords),
  };
}

const byTime = (a: { at: Instant; auditId: string }, b: { at: Instant; auditId: string }) =>
  `${a.at} ${a.auditId}` < `${b.at} ${b.auditId}` ? -1 : 1;

const wordKey = ({ at, auditId, kind, namespace, verb, by }: ClusterWord) =>
  [at, auditId, kind, namespace, verb, by].join(' ');

/** By their keys, which all differ: what is among the first, or last, of all is so in any part of them. */
function inOrder<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return items
    .map((item) => [keyOf(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}

export function usageOfAct(act: Act): Usage {
  const seen = { at: act.receivedAt, auditId: act.id };
  const through = act.allowed && act.how === 'authorizer';
  return {
    v: 1,
    acts: [act],
    heard: noteId(emptySketch, act.id),
    ...(through ? { first: seen, last: seen } : {}),
    words: [],
  };
}

/** Undefined for lines that are about no RoleBinding or Role of a grant, or that changed nothing. */
export function wordOf(line: AuditLine): ClusterWord | undefined {
  const { object, code = 0, verb, username, auditId, at, stage } = line;
  if (stage !== 'ResponseComplete' || code >= 300 || code < 200 || !object) return undefined;
  const { resource, namespace = '', name } = object;
  if (requestIdOfName(name) === undefined || (resource !== 'rolebindings' && resource !== 'roles'))
    return undefined;
  if (!['create', 'update', 'patch', 'delete'].includes(verb)) return undefined;
  return { auditId, at, verb, kind: resource, namespace, by: username };
}

export const usageOfWord = (word: ClusterWord): Usage => ({ ...noUsage, words: [word] });

/** `about`: more than are kept, so the number is an estimate. */
export function actsHeard({ acts, heard }: Usage): { count: number; about: boolean } {
  const about = acts.length >= mostActs;
  return { count: about ? Math.max(acts.length, countOf(heard)) : acts.length, about };
}
