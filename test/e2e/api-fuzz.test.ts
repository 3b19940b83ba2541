/** The API against its own description: schemathesis calls the deployed stack by the OpenAPI document, with data that fits it and data that doesn't. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ticketSystems } from '#domain/catalog-ticketing.ts';
import { routes } from '#http/app.ts';
import { openApiDocument } from '#http/openapi.ts';
import { type LocalCloud, startLocalCloud } from '#local/cloud.ts';
import { ensurePythonEnvironment } from '#local/emulator/environment.ts';
import { createSecret } from '#local/emulator/secrets.ts';
import { people, signIn } from '#local/people.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';
import { linkIn } from '#local/reviewer.ts';
import { secretOf } from '../builders/webhooks.ts';
import { factsOf } from './cloud.ts';
import { aPerson } from './person.ts';
import { ask, mailAbout } from './steps.ts';

/** Another one with `CURFEW_SEED=7`. What is found is named with its curl, and with this. */
const seed = Number(process.env.CURFEW_SEED ?? 20261122);
/** Of each operation, besides those that schemathesis derives from the document. */
const examples = Number(process.env.CURFEW_EXAMPLES ?? 6);

const at = (file: string) => fileURLToPath(new URL(`fuzz/${file}`, import.meta.url));

let dir: string;
let cloud: LocalCloud;
let python: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'curfew-fuzz-'));
  const progress = silentProgress();
  // A cloud of its own: an operator calls, who may switch everything off.
  [cloud, python] = await Promise.all([
    startLocalCloud({ progress }),
    ensurePythonEnvironment('fuzz', at('requirements.txt'), progress),
  ]);
});
afterAll(async () => {
  await cloud?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** What there is to find, so that calls get further than to a 404. */
async function whatThereIs() {
  const { url } = cloud.emulator;
  // Without its secret a source is not set up, which is answered with 503: send it again.
  for (const kind of ticketSystems)
    await createSecret(
      url,
      `curfew/webhooks/${kind === 'standard-webhooks' ? 'other' : kind}`,
      secretOf[kind],
    );
  const fay = await aPerson('fay', { cloud: factsOf(cloud) });
  const asked = [await ask(fay), await ask(fay, { role: 'viewer' }), await ask(fay, { duration: '10m' })];
  const pat = await aPerson('pat', { cloud: factsOf(cloud) });
  const { id } = await pat.api.kill({ kind: 'person', value: 'nobody@example.com' }, 'To be found');
  const link = linkIn(await mailAbout(factsOf(cloud), asked[0]?.id ?? ''));
  return {
    paths: {
      '/v1/requests/ id': asked.map((request) => request.id),
      '/v1/kills/ id': [id],
      '/v1/clusters/ name': [cloud.company.cluster],
      '/v1/webhooks/ source': ['jira', 'github'],
      '/review/ token': [link.slice(link.lastIndexOf('/') + 1)],
    },
    body: {
      cluster: [cloud.company.cluster],
      role: ['pod-reader', 'network-viewer', 'deployer'],
      namespaces: [['payments'], ['payments', 'checkout']],
      digest: asked.map((request) => request.digest),
    },
  };
}

test('The deployed API answers only what its document says, without a fault of its own', {
  timeout: 900_000,
}, async () => {
  const schema = join(dir, 'openapi.json');
  await writeFile(schema, JSON.stringify(openApiDocument(routes)));
  const known = await whatThereIs();
  const keys = await signIn(cloud.emulator.url, people.pat);
  const { host } = new URL(cloud.apiUrl);
  const { code, stdout, stderr } = await run({
    command: python,
    args: [
      ...['-m', 'schemathesis.cli', '--config-file', at('schemathesis.toml'), 'run', schema],
      ...['--url', cloud.apiUrl, '--no-color', '--phases', 'examples,coverage,fuzzing'],
      ...['--max-examples', String(examples), '--seed', String(seed), '--continue-on-failure'],
      ...['--generation-database', 'none', '--warnings', 'off', '--request-timeout', '30'],
    ],
    cwd: dir,
    env: {
      ...process.env,
      PYTHONDONTWRITEBYTECODE: '1',
      SCHEMATHESIS_HOOKS: at('hooks.py'),
      CURFEW_FUZZ: JSON.stringify({ ...keys, ...known, host, region: 'us-east-1', seed }),
    },
  });
  expect({ code, said: code === 0 ? '' : `${stdout}${stderr}`.slice(-20_000) }).toEqual({
    code: 0,
    said: '',
  });
  const [, cases = '0'] = /(\d+) generated/.exec(stdout) ?? [];
  expect(Number(cases)).toBeGreaterThan(300);
  expect(stdout).toMatch(/Tested: +\d+/);
  console.log(stdout.slice(stdout.indexOf('API Operations:')));
});
