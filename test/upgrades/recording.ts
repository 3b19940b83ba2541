/** Walks requests to every status and step in a memory world, and keeps what a later release will find there. */
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { AccessRequest } from '#domain/request.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';
import { bindRole } from '#operations/bind-role.ts';
import { closeGrant } from '#operations/close-grant.ts';
import { endGrant } from '#operations/end-grant.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { holdGrant } from '#operations/hold-grant.ts';
import { openGrant } from '#operations/open-grant.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import { aCaller } from '../builders/caller.ts';
import { aWorld } from '../builders/world.ts';
import { answerByMail, ask } from '../operations/story.ts';
import type { Recorded } from './recorded.ts';

const taskToken = 'a-task-token-of-that-release';

export async function recordRelease(release: string): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const keep = async (world: MemoryWorld, { id }: AccessRequest, inputs: Recorded['inputs']) => {
    const record = await world.inside.records.read(id);
    if (!record) throw new Error(`There is no request ${id}.`);
    const input = world.inside.executions.executions.get(id)?.input;
    const Execution = input === undefined ? {} : { Execution: JSON.parse(input) };
    recorded.push({
      release,
      at: world.inside.clock.now(),
      status: record.status,
      record,
      events: await world.inside.records.events(id),
      inputs: { ...Execution, ...inputs },
    });
  };
  await walk(keep);
  await scheduledAndExtended(keep);
  await endedBeforeGrant(keep);
  return recorded;
}

type Keep = (world: MemoryWorld, request: AccessRequest, inputs: Recorded['inputs']) => Promise<void>;

async function asked(world: MemoryWorld, asks: Parameters<typeof ask>[2] = {}): Promise<AccessRequest> {
  const request = await ask(world, 'alice', { seconds: 3600, ...asks });
  await askReviewers(world, { requestId: request.id, taskToken });
  return request;
}

/** A plain grant, from its mail to its end. */
async function walk(keep: Keep): Promise<void> {
  const world = aWorld();
  const requestId = (request: AccessRequest) => ({ requestId: request.id });
  const request = await asked(world);
  const step = requestId(request);
  await keep(world, request, { AskReviewers: { ...step, taskToken } });
  await answerByMail(world, request);
  await keep(world, request, { OpenGrant: step });
  const signed = await openGrant(world, step);
  await keep(world, request, { OpenGrant: step, BindRole: signed });
  const { bindings } = await bindRole(world, signed);
  await keep(world, request, { HoldGrant: { ...step, bindings, taskToken } });
  await holdGrant(world, { ...step, bindings, taskToken });
  await keep(world, request, { EndGrant: { ...step, cause: 'States.Timeout' } });
  await revokeGrant(world, { caller: aCaller('alice'), id: request.id, reason: 'done' });
  await keep(world, request, { EndGrant: { ...step, cause: 'EndRequested' } });
  const ending = await endGrant(world, { ...step, cause: 'EndRequested' });
  if (!ending.standing) throw new Error('It stands.');
  await keep(world, request, { UnbindRole: { ...ending.plan, retried: false } });
  const unbound = await unbindRole(world, ending.plan);
  await keep(world, request, { CloseGrant: { ...step, unbound } });
  await closeGrant(world, { ...step, unbound });
  await keep(world, request, { CloseGrant: { ...step, unbound } });
}

async function scheduledAndExtended(keep: Keep): Promise<void> {
  const world = aWorld();
  const later = await asked(world, { startsAt: '2026-11-21T09:00:00.000Z' });
  await answerByMail(world, later);
  await openGrant(world, { requestId: later.id }).catch(() => undefined);
  await keep(world, later, { OpenGrant: { requestId: later.id } });
  const first = await asked(world);
  await answerByMail(world, first);
  const signed = await openGrant(world, { requestId: first.id });
  const { bindings } = await bindRole(world, signed);
  await holdGrant(world, { requestId: first.id, bindings, taskToken });
  const input = { caller: aCaller('alice'), id: first.id, durationSeconds: 600 };
  const { request: extension } = await extendGrant(world, input);
  await askReviewers(world, { requestId: extension.id, taskToken });
  await keep(world, extension, { AskReviewers: { requestId: extension.id, taskToken } });
}

async function endedBeforeGrant(keep: Keep): Promise<void> {
  const world = aWorld();
  const denied = await asked(world);
  await answerByMail(world, denied, 'deny');
  await keep(world, denied, { AskReviewers: { requestId: denied.id, taskToken } });
  const withdrawn = await asked(world);
  await withdrawRequest(world, { caller: aCaller('alice'), id: withdrawn.id });
  await keep(world, withdrawn, {});
  const submission = {
    cluster: 'payments-prod',
    namespaces: ['kube-system'],
    role: 'pod-reader',
    duration: 60,
    reason: 'x',
  };
  await submitRequest(world, { caller: aCaller('alice'), submission }).catch(() => undefined);
  const refused = [...world.inside.records.requests.values()].at(-1);
  if (refused) await keep(world, refused, {});
}
