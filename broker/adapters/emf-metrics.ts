/** Metrics as lines of the function's log (CloudWatch embedded metric format): no call, no wait, no permission. */
import { MetricUnit, Metrics as PowertoolsMetrics } from '@aws-lambda-powertools/metrics';
import type { Metrics } from '#ports';

const namespace = 'Curfew';

export class EmfMetrics implements Metrics {
  readonly #metrics: PowertoolsMetrics;
  constructor(deployment: string) {
    this.#metrics = new PowertoolsMetrics({ namespace, serviceName: deployment });
  }

  count(name: Parameters<Metrics['count']>[0], value: number): void {
    this.#write(name, MetricUnit.Count, value);
  }

  milliseconds(name: Parameters<Metrics['milliseconds']>[0], value: number): void {
    this.#write(name, MetricUnit.Milliseconds, value);
  }

  /** Written at once, so that a function that is killed next still has said it. */
  #write(name: string, unit: (typeof MetricUnit)[keyof typeof MetricUnit], value: number): void {
    this.#metrics.addMetric(name, unit, value);
    this.#metrics.publishStoredMetrics();
  }
}
