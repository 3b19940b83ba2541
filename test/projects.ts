/** Which tests belong to which of vitest's projects: each file to exactly one. */

const tests = (...areas: string[]) => areas.map((area) => `test/${area}/**/*.test.ts`);

/** Whatever starts processes of its own takes its time, in any area. */
const processTests = ['test/**/*.process.test.ts'];

export const projects = {
  /** Needs nothing but this process, and takes seconds. */
  unit: {
    include: [
      'test/*.test.ts',
      ...tests(
        'domain',
        'operations',
        'http',
        'mail',
        'cli',
        'infra',
        'cluster',
        'adapters',
        'upgrades',
        'mutants',
      ),
    ],
    exclude: processTests,
  },
  /** The deployed code and definition in virtual time, under faults and chance; takes minutes of both cores. */
  simulation: { include: tests('simulation'), exclude: [] as string[] },
  /** Starts processes, or runs on the real parts of the local cloud. */
  local: { include: [...tests('contracts', 'local', 'browser'), ...processTests], exclude: [] as string[] },
  /** The whole loop on the whole local cloud. */
  e2e: { include: tests('e2e'), exclude: [] as string[] },
  /** Real parts of a local cloud of its own are killed and come back. */
  chaos: { include: tests('chaos'), exclude: [] as string[] },
};
