/** The projects of test/projects.ts, with the time that each may take. */
import { defineConfig } from 'vitest/config';
import { projects } from './test/projects.ts';

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { name: 'unit', ...projects.unit, testTimeout: 30_000 } },
      { test: { name: 'simulation', ...projects.simulation, testTimeout: 2_400_000 } },
      {
        test: {
          name: 'local',
          ...projects.local,
          globalSetup: 'test/local/parts.ts',
          testTimeout: 120_000,
          hookTimeout: 900_000,
        },
      },
      {
        test: {
          name: 'e2e',
          ...projects.e2e,
          globalSetup: 'test/e2e/cloud.ts',
          testTimeout: 180_000,
          hookTimeout: 900_000,
          fileParallelism: true,
        },
      },
      { test: { name: 'chaos', ...projects.chaos, testTimeout: 600_000, hookTimeout: 900_000 } },
    ],
  },
});
