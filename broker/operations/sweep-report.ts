/** What a sweep of one cluster saw and did, for its log and its metrics. */
import { RecordChanged } from '#domain/errors.ts';

export interface SweepReport {
  /** Pages of RoleBindings and of access entries that were listed. */
  pages: number;
  /** What was taken away because nobody asked for it. */
  orphans: string[];
  /** What was not as we made it, in words. */
  drift: string[];
  /** Requests that were ended. */
  ended: string[];
  failed: { what: string; error: unknown }[];
  /** Where the next call goes on; absent when all was looked at. */
  handedOn?: 'bindings' | 'roles' | 'entries';
}

export function emptyReport(): SweepReport {
  return { pages: 0, orphans: [], drift: [], ended: [], failed: [] };
}

/** One part's fault must not keep the others from being looked at. Somebody who was faster is no fault. */
export async function attempted(report: SweepReport, what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof RecordChanged)) report.failed.push({ what, error });
  }
}
