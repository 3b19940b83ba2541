/** The files of docs/ci, held to the public schemas of GitHub and GitLab, and the commands in them to shell and CLI. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ensurePythonEnvironment } from '#local/emulator/environment.ts';
import { run } from '#local/processes.ts';
import { silentProgress } from '#local/progress.ts';

const at = (file: string) => fileURLToPath(new URL(`../../../docs/ci/${file}`, import.meta.url));
const read = async (file: string) => parse(await readFile(at(file), 'utf8'));

let python: string;
beforeAll(async () => {
  const requirements = fileURLToPath(new URL('requirements.txt', import.meta.url));
  python = await ensurePythonEnvironment('ci-schemas', requirements, silentProgress());
});

const gitlab = ['--data-transform', 'gitlab-ci'];
const check = (schema: string, args: string[], input?: string) =>
  run({
    command: python,
    args: ['-m', 'check_jsonschema', '--builtin-schema', `vendor.${schema}`, ...args],
    ...(input === undefined ? {} : { input }),
  });

describe('What docs/ci has', () => {
  test.each([
    ['github/action.yml', 'github-actions', []],
    ['github/example.yml', 'github-workflows', []],
    ['gitlab.yml', 'gitlab-ci', gitlab],
  ])('%s is as the public schema wants it', async (file, schema, options) => {
    const { code, stdout, stderr } = await check(schema, [...options, at(file)]);
    expect({ code, said: stdout + stderr }).toEqual({ code: 0, said: expect.stringContaining('ok') });
  });

  test('would be refused with a fault in it', async () => {
    const broken = (await readFile(at('github/action.yml'), 'utf8')).replace(
      'using: composite',
      'using: magic',
    );
    const { code } = await check('github-actions', ['-'], broken);
    expect(code).toBe(1);
  });

  test('puts no input of the action into its script, where it would be run (N46)', async () => {
    const { runs } = await read('github/action.yml');
    for (const step of runs.steps) expect(step.run).not.toContain('${{');
  });

  test('asks for no more permissions than a token and the checkout need', async () => {
    const { permissions, jobs } = await read('github/example.yml');
    expect(permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    for (const job of Object.values<{ permissions?: unknown }>(jobs)) expect(job.permissions).toBeUndefined();
  });

  test('has tokens for Curfew alone, and gives AWS another one', async () => {
    const { '.curfew': job } = await read('gitlab.yml');
    expect(job.id_tokens).toEqual({
      CURFEW_ID_TOKEN: { aud: 'curfew' },
      AWS_ID_TOKEN: { aud: 'sts.amazonaws.com' },
    });
  });

  test('gives the action what it asks for, and nothing that it does not know', async () => {
    const { inputs } = await read('github/action.yml');
    const { jobs } = await read('github/example.yml');
    const step = jobs.deploy.steps.find((one: { uses?: string }) => one.uses === './docs/ci/github');
    const required = Object.keys(inputs).filter((name) => inputs[name].required);
    expect(Object.keys(step.with)).toEqual(expect.arrayContaining(required));
    expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)));
  });

  test('is written in words that bash knows', async () => {
    const { runs } = await read('github/action.yml');
    const { report, '.curfew': base } = await read('gitlab.yml');
    for (const script of [runs.steps[0].run, [...base.before_script, ...report.script].join('\n')]) {
      const { code, stderr } = await run({ command: 'bash', args: ['-n', '-c', script] });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });
});
