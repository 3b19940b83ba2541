/** Reads that are behind: how far, what was seen then, and values that nobody can change under a reader. */
import type { Chance } from './chance.ts';

/** How far behind one read is: mostly not at all. */
export function lagOf(chance: Chance, longest: number): number {
  return longest > 0 && chance.perMille(300) ? chance.whole(1, longest) : 0;
}

export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) freeze(inner);
  return Object.freeze(value);
}

/** The value of a thing at each of its changes, newest last. */
export type Versions<T> = { at: number; value: T }[];

export function asOf<T>(versions: Versions<T> | undefined, at: number): T | undefined {
  return versions?.findLast((version) => version.at <= at)?.value;
}

/** Adds what a thing is from `at` on. */
export function addVersion<T>(past: Map<string, Versions<T>>, key: string, at: number, value: T): void {
  const versions = past.get(key);
  if (versions) versions.push({ at, value });
  else past.set(key, [{ at, value }]);
}
