/** Metrics as CloudWatch reads them out of the log. */
import { afterEach, expect, test, vi } from 'vitest';
import { EmfMetrics } from '#adapters/emf-metrics.ts';

afterEach(() => vi.restoreAllMocks());

test('each number is one line at once, with its unit, under the deployment', () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, 'write').mockImplementation((line) => lines.push(String(line)) > 0);
  const metrics = new EmfMetrics('curfew-test');
  metrics.count('SweepRepaired', 0);
  metrics.milliseconds('RevokeLateness', 42);
  vi.restoreAllMocks();
  const written = lines.map((line) => JSON.parse(line));
  expect(written).toMatchObject([
    { SweepRepaired: 0, service: 'curfew-test' },
    { RevokeLateness: 42, service: 'curfew-test' },
  ]);
  expect(written.map(({ _aws: { CloudWatchMetrics } }) => CloudWatchMetrics)).toMatchObject([
    [{ Namespace: 'Curfew', Metrics: [{ Name: 'SweepRepaired', Unit: 'Count' }] }],
    [{ Namespace: 'Curfew', Metrics: [{ Name: 'RevokeLateness', Unit: 'Milliseconds' }] }],
  ]);
});
