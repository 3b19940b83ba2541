/** A CI job's request at the moment of granting: the catalog as it is then has to know it still. */
import { expect, it } from 'vitest';
import { memoryRoles } from '#adapters/memory/world.ts';
import type { Caller } from '#domain/identity.ts';
import { coversRequest } from '#domain/kill-scope.ts';
import { policyInputSchema } from '#domain/policy/organisation.ts';
import { policyInput } from '#domain/policy/policy-input.ts';
import type { Workload } from '#domain/workload.ts';
import { requestFacts } from '#http/pages/request-facts.ts';
import { createMessages } from '#mail/review-mail.ts';
import { openGrant } from '#operations/open-grant.ts';
import { aCaller } from '../builders/caller.ts';
import { github, type WorkloadsWanted, workloadCatalog } from '../builders/issuer.ts';
import { aRecord, aRequest } from '../builders/request.ts';
import { aWorld } from '../builders/world.ts';

const workload: Workload = {
  name: 'deploy-bot',
  kind: 'ci',
  issuer: github,
  repository: 'org/shop',
  ref: 'refs/heads/main',
  runId: '4711',
  runUrl: 'https://github.com/org/shop/actions/runs/4711',
};
const job = (more: Partial<Workload> = {}): Caller => ({
  ...aCaller('ci'),
  workload: { ...workload, ...more },
});
const bot = {
  issuer: 'github',
  claims: { repository: 'org/shop', ref: 'refs/heads/main' },
  principals: [memoryRoles.ci.arn],
};

async function opened(wanted: WorkloadsWanted, caller = job(), edit = {}) {
  const catalog = workloadCatalog(wanted);
  const world = aWorld({ now: '2026-11-21T08:00:05.000Z', catalog });
  const { request, events } = aRecord({ status: 'approved', caller });
  await world.inside.records.commit({ request: { ...request, ...edit }, expectedVersion: 0, events });
  const outcome = await openGrant(world, { requestId: request.id }).then(
    () => 'opened',
    (error: Error) => error.message,
  );
  return { outcome, request: await world.inside.records.read(request.id), world };
}

it('is opened where the catalog still lists its workload', async () => {
  expect((await opened({})).outcome).toBe('opened');
});

it.each<[string, WorkloadsWanted]>([
  ['the workload is gone', { identities: {} }],
  [
    'its role may not sign for it any more',
    { identities: { 'deploy-bot': { ...bot, principals: [`${memoryRoles.ci.arn}-2`] } } },
  ],
  [
    'it is known by another ref now',
    { identities: { 'deploy-bot': { ...bot, claims: { ...bot.claims, ref: 'refs/heads/next' } } } },
  ],
  [
    'it is an agent now',
    { identities: { 'deploy-bot': { ...bot, kind: 'agent', actsFor: 'rita@example.com' } } },
  ],
])('is refused where %s (N13)', async (_what, wanted) => {
  const { outcome, request, world } = await opened(wanted);
  expect(outcome).toMatch(/does not list the workload deploy-bot/);
  expect(request).toMatchObject({ status: 'denied' });
  expect(world.inside.entries.standing.size).toBe(0);
});

it('is refused where its run was changed on the record (N18)', async () => {
  const { request } = aRecord({ status: 'approved', caller: job() });
  const requester = { ...request.requester, workload: { ...workload, runId: '4712' } };
  expect((await opened({}, job(), { requester })).outcome).toMatch(/not what is on the record/);
});

it('is refused without a token where tokens are required by then', async () => {
  const identities = { 'deploy-bot': { ...bot, principals: [`${memoryRoles.ci.arn}-2`] } };
  const { outcome } = await opened({ tokenRequired: true, identities }, aCaller('ci'));
  expect(outcome).toMatch(/known here by their job's token only/);
});

it('is stopped with the person whom its agent acts for', () => {
  const request = aRequest({ caller: job({ kind: 'agent', actsFor: 'alice@example.com' }) });
  expect(coversRequest({ kind: 'person', value: 'alice@example.com' }, request)).toBe(true);
  expect(coversRequest({ kind: 'person', value: 'bob@example.com' }, request)).toBe(false);
});

it('tells the policy of the organisation what its token proved, and no more', () => {
  const { asked, requester, resolved } = aRequest({ caller: job() });
  const catalog = workloadCatalog();
  const input = policyInput({
    now: '2026-11-21T08:00:00.000Z',
    phase: 'submit',
    asked,
    requester,
    others: [],
    rules: resolved.rules,
    catalog,
  });
  const { runUrl: _, ...told } = workload;
  expect(policyInputSchema.parse(input).requester.workload).toEqual(told);
});

it('tells its reviewers which pipeline and run it is, and of an agent for whom', () => {
  const messages = createMessages({ publicUrl: 'https://curfew.example.com', catalog: workloadCatalog() });
  const mailOf = (caller: Caller) => messages.reviewMail(aRequest({ caller }), 'rita@example.com', 'secret');
  const mail = mailOf(job());
  expect(mail.subject).toContain('Pipeline deploy-bot: org/shop, main, run 4711');
  expect(mail.text).toContain('everyone who can use the IAM role ci-deployer');
  const agent = mailOf(job({ kind: 'agent', actsFor: 'alice@example.com' }));
  expect(agent.text).toContain(
    "An agent asks, not a person. It acts for alice@example.com, who can't answer",
  );
  const page = String(requestFacts(aRequest({ caller: job() }), [], '2026-11-21T08:00:00.000Z'));
  expect(page).toContain('<code>https://github.com/org/shop/actions/runs/4711</code>');
  // Its page is not linked to: a mail of ours holds one link.
  expect(mail.text).not.toContain('github.com');
});
