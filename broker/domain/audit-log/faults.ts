/** What can be wrong with a log, each kind under one name, and the list in which a verifier keeps what it finds. */

export const faultKinds = [
  /** Other bytes than those that were sealed. */
  'edited',
  'deleted',
  /** Never sealed, though it is older than the log. */
  'inserted',
  /** A true object, but of another request, number or log. */
  'swapped',
  /** A true event, but another one of the same request. */
  'reordered',
  /** The log goes on behind its end. */
  'truncated',
  /** Signed, but not the continuation of what was signed before. */
  'forked',
  /** Not signed by the key of the deployment. */
  'forged',
  /** Times that can't be: earlier than what came before, or later than what came after. */
  'stale-clock',
  /** Behind a delete marker. */
  'hidden',
  /** Not locked against deleting. */
  'unlocked',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  /** Key of the object. */
  key: string;
  says: string;
}

/** So many are told one by one; the rest is counted. */
const mostTold = 1000;

export class Faults {
  readonly told: Fault[] = [];
  count = 0;

  add(kind: FaultKind, key: string, says: string): void {
    this.count += 1;
    if (this.told.length < mostTold) this.told.push({ kind, key, says });
  }
}
