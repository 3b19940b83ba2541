/** `npm run bench -- NAME`: measures the product, on the local cloud where it takes one, and prints tables for people. Nothing is asserted. */
import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { progressTo } from '#local/progress.ts';
import type { Bench } from './bench.ts';
import { decision } from './decision.ts';
import { lateness } from './lateness.ts';

/** By the name that people give. Each has its own options, all of them numbers. */
const benches: Record<string, Bench> = { decision, lateness };

function usage(): string {
  const each = Object.entries(benches).map(([name, { measures, options }]) => {
    const told = Object.entries(options).map(
      ([option, { means, value }]) => `      --${option} N   ${means} (default ${value})`,
    );
    return [`  ${name}: ${measures}`, ...told].join('\n');
  });
  return `Usage: npm run bench -- NAME [--OPTION N ...]\n\n${each.join('\n')}`;
}

function asked(): { bench: Bench; values: Record<string, number> } | undefined {
  const [name = '', ...rest] = process.argv.slice(2);
  const bench = benches[name];
  if (!bench) return undefined;
  const { values } = parseArgs({
    args: rest,
    options: Object.fromEntries(
      Object.entries(bench.options).map(([option, { value }]) => [
        option,
        { type: 'string' as const, default: String(value) },
      ]),
    ),
  });
  const numbers = Object.entries(values).map(([option, value]) => [option, Number(value)] as const);
  if (numbers.some(([, value]) => !Number.isInteger(value) || value < 0)) return undefined;
  return { bench, values: Object.fromEntries(numbers) };
}

const load = () => loadavg()[0]?.toFixed(1);

async function main(): Promise<void> {
  const order = asked();
  if (!order) {
    console.error(usage());
    process.exit(2);
  }
  const progress = progressTo();
  let started: Promise<LocalCloud> | undefined;
  const cloud = () => {
    started ??= startLocalCloud({ progress });
    return started;
  };
  try {
    const before = load();
    const table = await order.bench.run({ cloud, progress, values: order.values });
    console.log(`\n${table}\n\nLoad of the machine (1 minute): ${before} before, ${load()} after.`);
  } finally {
    const running = await started?.catch(() => undefined);
    if (running) await progress.step('Stopping everything', () => running.stop());
  }
}

try {
  await main();
} catch (error) {
  console.error(`\n${error instanceof Error ? (error.stack ?? error.message) : error}`);
  process.exit(1);
}
