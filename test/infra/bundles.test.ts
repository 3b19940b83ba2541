import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import { bundling } from '../../infra/curfew-function.ts';

const functions = new URL('../../functions/', import.meta.url);

interface Bundle {
  kilobytes: number;
  /** Packages with code in it, such as `@kubernetes/client-node`. */
  packages: string[];
}

/** All functions, built as the stack builds them, without writing anything. */
async function bundles(files: string[]): Promise<Map<string, Bundle>> {
  const { metafile } = await build({
    entryPoints: files.map((file) => fileURLToPath(new URL(file, functions))),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    outdir: 'nowhere',
    format: bundling.format,
    target: bundling.target,
    mainFields: [...bundling.mainFields],
    minify: bundling.minify,
    keepNames: bundling.keepNames,
    logLevel: 'error',
  });
  return new Map(
    Object.values(metafile.outputs).map(({ entryPoint = '', bytes, inputs }) => {
      const used = Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
      const names = used.flatMap(([path]) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
      return [
        basename(entryPoint),
        { kilobytes: Math.ceil(bytes / 1000), packages: [...new Set(names)].sort() },
      ];
    }),
  );
}

/** Upper bounds in kilobytes, with air for a release of the SDK: past them, look what came in. */
const budgets: Record<string, number> = {
  'announce.ts': 750,
  'api.ts': 1560,
  'ask-by-ticket.ts': 1110,
  'ask-reviewers.ts': 730,
  'await-claim.ts': 710,
  'bind-role.ts': 1800,
  'define-role.ts': 1800,
  'close-grant.ts': 670,
  'comment-ticket.ts': 950,
  'end-grant.ts': 670,
  'guard-removal.ts': 580,
  'hold-grant.ts': 620,
  'kill-grants.ts': 830,
  'open-grant.ts': 1150,
  'publish-plan-key.ts': 490,
  'seal-log.ts': 900,
  'send-webhook.ts': 800,
  'ship-events.ts': 740,
  'survey-cluster.ts': 1800,
  'sweep-cluster.ts': 1000,
  'sweep-grants.ts': 1080,
  'take-webhook.ts': 900,
  'trace-usage.ts': 830,
  'unbind-role.ts': 1800,
};

const clusterLeg = ['bind-role.ts', 'define-role.ts', 'survey-cluster.ts', 'unbind-role.ts'];

describe('bundles', () => {
  let made: Map<string, Bundle>;
  beforeAll(async () => {
    made = await bundles(Object.keys(budgets));
  }, 60_000);

  it('have a budget each', () => {
    expect(readdirSync(functions).sort()).toEqual(Object.keys(budgets).sort());
  });

  it.each(Object.entries(budgets))('%s stays below %d kB and holds one leg only', (file, budget) => {
    const { kilobytes, packages } = made.get(file) ?? { kilobytes: Number.NaN, packages: [] };
    expect(kilobytes, packages.join(' ')).toBeLessThanOrEqual(budget);
    if (clusterLeg.includes(file)) {
      // No service of AWS can be called from the cluster leg: it has no client for any.
      expect(packages.filter((name) => name.startsWith('@aws-sdk/client-'))).toEqual([]);
    } else {
      expect(packages).not.toContain('@kubernetes/client-node');
    }
  });
});
