/** Which workload a verified token is of, and what the catalog may say of workloads. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type * as z from 'zod';
import { memoryRoles } from '#adapters/memory/world.ts';
import {
  identitiesOf,
  issuersOf,
  noLonger,
  type Workload,
  workloadInWords,
  workloadOf,
} from '#domain/workload.ts';
import { shopJob, type WorkloadsWanted, workloadCatalog } from '../builders/issuer.ts';

const { arn } = memoryRoles.ci;
const bot = {
  issuer: 'github',
  claims: { repository: 'org/shop', ref: 'refs/heads/main' },
  principals: [arn],
};

function known(job: Record<string, unknown> = shopJob, wanted: WorkloadsWanted = {}, role: string = arn) {
  const catalog = workloadCatalog(wanted);
  const [issuer] = issuersOf(catalog, Object.keys(catalog.workloads.identities));
  if (!issuer) throw new Error('The catalog has no issuer.');
  return workloadOf(catalog, role, { issuer, claims: job });
}
const withClaims = (claims: Record<string, string>) => ({
  identities: { 'deploy-bot': { ...bot, claims: { repository: 'org/shop', ...claims } } },
});

function faultsOf(wanted: WorkloadsWanted): string {
  try {
    workloadCatalog(wanted);
  } catch (error) {
    return (error as z.ZodError).issues.map(({ message }) => message).join(' ');
  }
  return '';
}

describe('A verified token', () => {
  it('is of the workload whose claims it has', () => {
    expect(known()).toEqual({
      workload: {
        name: 'deploy-bot',
        kind: 'ci',
        issuer: 'https://token.actions.githubusercontent.com',
        repository: 'org/shop',
        repositoryId: '4242',
        ref: 'refs/heads/main',
        workflow: 'org/shop/.github/workflows/deploy.yml@refs/heads/main',
        event: 'push',
        subject: 'repo:org/shop:ref:refs/heads/main',
        runId: '4711',
        runUrl: 'https://github.com/org/shop/actions/runs/4711',
      },
    });
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['another repository', { repository: 'org/other' }, /another job.*repository org\/other/],
    ['a repository of another owner', { repository: 'evil/shop' }, /another job/],
    ['a repository that only looks alike (N41)', { repository: 'οrg/shop' }, /another job.*repository none/],
    ['a repository in another case', { repository: 'Org/shop' }, /another job/],
    ["a fork's pull request", { ref: 'refs/pull/7/merge' }, /another job.*ref refs\/pull\/7\/merge/],
    ['a tag called main', { ref: 'refs/tags/main' }, /another job/],
    ['no repository', { repository: undefined }, /another job/],
    ['a list for a repository', { repository: ['org/shop'] }, /another job/],
    ['no run', { run_id: undefined }, /does not name its run/],
    ['a run of several lines', { run_id: '47\n11' }, /does not name its run/],
  ])('of %s is of none', (_what, claims, why) => {
    expect(known({ ...shopJob, ...claims })).toEqual({ refused: expect.stringMatching(why) });
  });

  it('is of none where another role signs', () => {
    expect(known(shopJob, {}, memoryRoles.developer.arn)).toEqual({
      refused: expect.stringContaining('another job'),
    });
  });

  it('is of none where it could be two, so that no luck decides which rules hold', () => {
    const wanted = { identities: { one: bot, two: { ...bot, claims: { ...bot.claims, event: 'push' } } } };
    expect(known(shopJob, wanted)).toEqual({ refused: expect.stringContaining('could be one or two') });
  });

  it('of a GitLab job says the same in its own words, with the whole ref', () => {
    const job = {
      sub: 'project_path:org/shop:ref_type:branch:ref:main',
      project_path: 'org/shop',
      project_id: '22',
      ref: 'main',
      ref_path: 'refs/heads/main',
      environment: 'production',
      pipeline_source: 'push',
      pipeline_id: 1212,
      ci_config_ref_uri: 'gitlab.com/org/shop//.gitlab-ci.yml@refs/heads/main',
    };
    const issuers = { github: { kind: 'gitlab', issuer: 'https://gitlab.com' } };
    expect(known(job, { issuers, ...withClaims({ ref: 'refs/heads/main' }) })).toMatchObject({
      workload: {
        repository: 'org/shop',
        environment: 'production',
        runId: '1212',
        runUrl: 'https://gitlab.com/org/shop/-/pipelines/1212',
      },
    });
  });

  it('of any other issuer is read by the claims that the catalog names', () => {
    const job = { sub: 'agent:triage', build: 7 };
    const issuers = {
      github: {
        kind: 'generic',
        issuer: 'https://ids.example.com',
        jwksUri: 'https://ids.example.com/keys',
        claims: { runId: 'build' },
      },
    };
    const identities = { triage: { ...bot, claims: { subject: 'agent:triage' } } };
    expect(known(job, { issuers, identities })).toMatchObject({
      workload: { runId: '7', subject: 'agent:triage' },
    });
  });

  it.each([
    ['refs/heads/release-*', 'refs/heads/release-1.2', true],
    ['refs/heads/release-*', 'refs/heads/release-1/evil', false],
    ['refs/heads/release-*', 'xrefs/heads/release-1', false],
    ['refs/heads/release.1', 'refs/heads/releasex1', false],
  ])('with a star: %s for %s: %s', (ref, said, fits) => {
    expect('workload' in known({ ...shopJob, ref: said }, withClaims({ ref }))).toBe(fits);
  });
});

describe('An agent', () => {
  const triage = { ...shopJob, repository: 'org/triage' };
  it('is on record with whom it acts for, by the main name of that person', () => {
    expect(known(triage)).toMatchObject({ workload: { kind: 'agent', actsFor: 'alice@example.com' } });
  });
  it('is nobody where its token does not say for whom', () => {
    expect(known({ ...triage, actor: undefined })).toEqual({ refused: expect.stringContaining('for whom') });
  });
});

describe('The catalog refuses', () => {
  const issuer = { kind: 'github', issuer: 'https://token.actions.githubusercontent.com' };
  const agent = { ...bot, kind: 'agent' };
  it.each<[string, WorkloadsWanted, RegExp]>([
    [
      'keys by plain HTTP (N47)',
      { issuers: { github: { ...issuer, jwksUri: 'http://token.actions.githubusercontent.com/k' } } },
      /https/,
    ],
    [
      'keys on another host (N47)',
      { issuers: { github: { ...issuer, jwksUri: 'https://evil.example/k' } } },
      /own host/,
    ],
    [
      'keys on another port (N47)',
      { issuers: { github: { ...issuer, jwksUri: `${issuer.issuer}:8443/k` } } },
      /own host/,
    ],
    [
      'an issuer by its address (N47)',
      { issuers: { github: { ...issuer, issuer: 'https://169.254.169.254' } } },
      /host by its name/,
    ],
    [
      'an issuer by an IPv6 address (N47)',
      { issuers: { github: { ...issuer, issuer: 'https://[::ffff:169.254.169.254]' } } },
      /host by its name/,
    ],
    [
      'an issuer with a user (N47)',
      { issuers: { github: { ...issuer, issuer: 'https://a@evil.example' } } },
      /without user/,
    ],
    ['one issuer twice', { issuers: { github: issuer, again: issuer } }, /is the same/],
    [
      'an unknown kind without an address of keys',
      { issuers: { github: { ...issuer, kind: 'generic' } }, identities: {} },
      /where its keys are/,
    ],
    ['an identity of no issuer', { identities: { a: { ...bot, issuer: 'gitlab' } } }, /No issuer "gitlab"/],
    [
      'every branch of a repository',
      { identities: { a: { ...bot, claims: { repository: 'org/shop' } } } },
      /besides the repository/,
    ],
    [
      'no repository',
      { identities: { a: { ...bot, claims: { ref: 'refs/heads/main' } } } },
      /Name the repository/,
    ],
    ['any owner', withClaims({ repository: '*/shop', ref: 'refs/heads/main' }), /behind the last/],
    ['any owner and repository', withClaims({ repository: '*', ref: 'refs/heads/main' }), /behind the last/],
    ['any ref', withClaims({ ref: '*' }), /behind the last/],
    ['letters that only look alike (N41)', withClaims({ ref: 'refs/heads/mаin' }), /plain ASCII/],
    ['an agent that acts for nobody', { identities: { a: agent } }, /who the agent acts for/],
    [
      'a role for people',
      { identities: { a: { ...bot, principals: [memoryRoles.developer.arn] } } },
      /for people/,
    ],
    ['tokens of nobody', { tokenRequired: true, identities: {} }, /No workload could ask/],
  ])('%s', (_what, wanted, why) => {
    expect(faultsOf(wanted)).toMatch(why);
  });
});

describe('What was known once', () => {
  const { workload } = known() as { workload: Workload };
  const now = (wanted: WorkloadsWanted) => noLonger(workloadCatalog(wanted), arn, workload);
  it('is known as long as the catalog lists it so', () => {
    expect(now({})).toBeUndefined();
    for (const wanted of [
      { identities: {} },
      { identities: { 'deploy-bot': { ...bot, principals: [`${arn}-2`] } } },
      withClaims({ ref: 'refs/heads/release' }),
      { identities: { 'deploy-bot': { ...bot, kind: 'agent', actsFor: 'alice@example.com' } } },
      { issuers: { github: { kind: 'github', issuer: 'https://github.example.com/_services/token' } } },
    ])
      expect(now(wanted)).toMatch(/does not list the workload deploy-bot/);
  });
});

it('the example of docs/catalog.md is one', () => {
  const page = readFileSync(new URL('../../docs/catalog.md', import.meta.url), 'utf8');
  const block = /```yaml\n(workloads:\n[^`]*)```/.exec(page)?.[1] ?? '';
  const { workloads } = parse(block);
  const { 'deploy-bot': bot, 'triage-bot': agent } = workloadCatalog(workloads).workloads.identities;
  expect([bot?.kind, agent?.kind]).toEqual(['ci', 'agent']);
});

it('a role is of the identities that list it, letter by letter', () => {
  const catalog = workloadCatalog();
  expect(identitiesOf(catalog, arn)).toEqual(['deploy-bot', 'triage-bot']);
  expect(identitiesOf(catalog, arn.toUpperCase())).toEqual([]);
});

it('is told in the words of those who read it', () => {
  const { workload } = known() as { workload: Workload };
  expect(workloadInWords(workload)).toBe('pipeline deploy-bot: org/shop, main, run 4711');
  expect(
    workloadInWords({ ...workload, kind: 'agent', actsFor: 'alice@example.com', environment: 'prod' }),
  ).toBe('agent deploy-bot for alice@example.com: org/shop, main, environment prod, run 4711');
});
