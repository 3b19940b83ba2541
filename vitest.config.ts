/** Two projects: `unit` needs nothing but this process; `local` runs on the real parts of the local cloud. */
import { defineConfig } from 'vitest/config';

const unit = ['domain', 'operations', 'http', 'mail', 'cli', 'infra', 'cluster', 'adapters'];
const local = ['contracts', 'local', 'browser'];

const files = (areas: string[]) => areas.map((area) => `test/${area}/**/*.test.ts`);

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', include: files(unit), testTimeout: 30_000 } },
      { test: { name: 'local', include: files(local), testTimeout: 120_000, hookTimeout: 900_000 } },
      {
        test: {
          name: 'e2e',
          include: files(['e2e']),
          globalSetup: 'test/e2e/cloud.ts',
          testTimeout: 180_000,
          hookTimeout: 900_000,
          fileParallelism: true,
        },
      },
    ],
  },
});
