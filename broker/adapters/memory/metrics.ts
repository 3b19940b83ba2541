/** Metrics in memory. */
import type { Metrics } from '#ports';

export class MemoryMetrics implements Metrics {
  readonly counted: { name: Parameters<Metrics['count']>[0]; value: number }[] = [];
  readonly timed: { name: Parameters<Metrics['milliseconds']>[0]; value: number }[] = [];

  count(name: Parameters<Metrics['count']>[0], value: number): void {
    this.counted.push({ name, value });
  }

  milliseconds(name: Parameters<Metrics['milliseconds']>[0], value: number): void {
    this.timed.push({ name, value });
  }
}
