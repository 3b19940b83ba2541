/** The functions that the stack deploys: input schema, time-out in seconds, and the operation. A test holds them against the stack. */
import * as z from 'zod';
import { writeOutcomes } from '#adapters/unbind-outcomes.ts';
import { Unavailable } from '#domain/errors.ts';
import {
  anyStep,
  closeStep,
  clusterSweep,
  endStep,
  holdStep,
  killStep,
  requestStep,
  signedPlan,
  surveyPlan,
  sweepEvent,
  unbindStep,
  waitingStep,
} from '#domain/step-input.ts';
import { askByTicket } from '#operations/ask-by-ticket.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';
import { awaitClaim } from '#operations/await-claim.ts';
import { bindRole } from '#operations/bind-role.ts';
import { closeGrant } from '#operations/close-grant.ts';
import { defineRole } from '#operations/define-role.ts';
import { endGrant } from '#operations/end-grant.ts';
import { holdGrant } from '#operations/hold-grant.ts';
import { killGrants } from '#operations/kill-grants.ts';
import { openGrant } from '#operations/open-grant.ts';
import { shipEvents } from '#operations/ship-events.ts';
import { surveyCluster } from '#operations/survey-cluster.ts';
import { sweepCluster } from '#operations/sweep-cluster.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { unbindRoles } from '#operations/unbind-roles.ts';
import type { World } from '#ports';

export interface Deployed {
  seconds: number;
  input: z.ZodType<unknown>;
  work(world: World, input: unknown): Promise<unknown>;
}

function deployed<I>(
  seconds: number,
  input: z.ZodType<I>,
  work: (world: World, input: I) => Promise<unknown>,
): Deployed {
  return { seconds, input, work: work as Deployed['work'] };
}

export const functions = {
  AskReviewers: deployed(30, waitingStep, async (world, input) => {
    await askReviewers(world, input);
    return {};
  }),
  OpenGrant: deployed(30, requestStep, openGrant),
  AwaitClaim: deployed(30, waitingStep, async (world, input) => {
    await awaitClaim(world, input);
    return {};
  }),
  BindRole: deployed(12, signedPlan, bindRole),
  DefineRole: deployed(12, signedPlan, defineRole),
  HoldGrant: deployed(10, holdStep, async (world, input) => {
    await holdGrant(world, input);
    return {};
  }),
  EndGrant: deployed(30, endStep, endGrant),
  UnbindRole: deployed(65, unbindStep, async (world, input) =>
    'plans' in input ? writeOutcomes(await unbindRoles(world, input.plans)) : unbindRole(world, input),
  ),
  SurveyCluster: deployed(30, surveyPlan, surveyCluster),
  CloseGrant: deployed(30, closeStep, closeGrant),
  SweepCluster: deployed(300, clusterSweep, async (world, input) => {
    const { failed, ...seen } = await sweepCluster(world, input);
    if (failed.length > 0) throw new Unavailable(`${failed.length} parts of the sweep failed.`);
    return { ...seen };
  }),
  SweepGrants: deployed(55, sweepEvent, async (world, input) => {
    const { looked, repaired, failed } = await sweepGrants(world, input);
    return { looked, repaired: repaired.length, failed: failed.length };
  }),
  KillGrants: deployed(600, killStep, async (world, { killId }) => {
    const order = await killGrants(world, { killId });
    return { killId, done: order?.doneAt !== undefined, ended: order?.ended ?? 0 };
  }),
  AskByTicket: deployed(60, anyStep, async (world) => {
    const { asked, refused, failed } = await askByTicket(world);
    return { asked, refused: refused.length, failed: failed.length };
  }),
  /** The stream's records, read: which request has new events. */
  ShipEvents: deployed(60, z.object({ requestId: z.string() }), shipEvents),
} as const satisfies Record<string, Deployed>;

export type FunctionName = keyof typeof functions;

/** What people and their tools call; each call is one function. */
export const apiSeconds = 28;
/** What ticket systems call. */
export const webhookSeconds = 15;
