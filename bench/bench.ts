/** What a bench is: more are added beside the first by naming them in main.ts. */
import type { LocalCloud } from '#local/cloud.ts';
import type { Progress } from '#local/progress.ts';

export interface Bench {
  /** In a few words, for the usage. */
  measures: string;
  /** Whole numbers that people may change. */
  options: Record<string, { means: string; value: number }>;
  /** Returns what is to be printed. */
  run(of: {
    /** Starts it at the first call; it is stopped when the bench is over. */
    cloud: () => Promise<LocalCloud>;
    progress: Progress;
    values: Record<string, number>;
  }): Promise<string>;
}
