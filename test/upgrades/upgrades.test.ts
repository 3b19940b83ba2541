/** Whatever a released version left behind, this one reads, goes on with, and ends. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { parseStored, storedEvent, storedRequest } from '#adapters/stored-request.ts';
import { chainFault } from '#domain/audit-event.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { statuses } from '#domain/request.ts';
import {
  closeStep,
  endStep,
  holdStep,
  requestStep,
  signedPlan,
  unbindStep,
  waitingStep,
} from '#domain/step-input.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { unbindRole } from '#operations/unbind-role.ts';
import { aWorld } from '../builders/world.ts';
import type { Recorded, StepName } from './recorded.ts';
import { recordRelease } from './recording.ts';

const folder = new URL('./releases/', import.meta.url);
const releases = readdirSync(folder).filter((name) => name.endsWith('.json'));
const recorded = releases.flatMap((name): Recorded[] =>
  JSON.parse(readFileSync(new URL(name, folder), 'utf8')),
);
/** What is being built is checked like a release, so that none can come out that can't be followed. */
const now = await recordRelease('this one');

const schemas: Partial<Record<StepName, z.ZodType>> = {
  AskReviewers: waitingStep,
  OpenGrant: requestStep,
  BindRole: signedPlan,
  HoldGrant: holdStep,
  EndGrant: endStep,
  UnbindRole: unbindStep,
  CloseGrant: closeStep,
};

const all = [...recorded, ...now].map((one) => [one.release, one.status, one.at, one] as const);

describe.each(all)('a request that release %s left %s at %s', (_, status, at, one) => {
  it('is read back with nothing lost, and its chain is whole', () => {
    expect(parseStored(storedRequest, one.record, 'The record')).toEqual(one.record);
    for (const event of one.events) expect(parseStored(storedEvent, event, 'An event')).toEqual(event);
    expect(chainFault(one.events)).toBeUndefined();
  });

  it('goes on from every input that its execution may hand on', () => {
    for (const [step, input] of Object.entries(one.inputs)) {
      const schema = schemas[step as StepName];
      if (schema) expect({ step, ...schema.safeParse(input) }).toMatchObject({ step, success: true });
    }
  });

  it('is brought to its end by the sweep alone, with its execution gone', async () => {
    const world = aWorld({ now: at });
    const { records, clock, clusterLeg } = world.inside;
    clusterLeg.connect((plan) => unbindRole(world, plan));
    const request = parseStored(storedRequest, one.record, 'The record');
    await records.commit({ request, expectedVersion: 0, events: one.events });
    for (let minute = 0; minute < 400; minute++) {
      clock.advance(60_000);
      await sweepGrants(world);
    }
    const after = await records.read(request.id);
    expect(isFinal(after?.status ?? 'pending')).toBe(true);
    if (isFinal(status)) expect(after?.status).toBe(status);
    expect(chainFault(await records.events(request.id))).toBeUndefined();
  });
});

it('every status is among what a release leaves behind', () => {
  const met = new Set(now.map(({ status }) => status));
  // A request that timed out or failed is as final as one that was denied or revoked, and read the same way.
  const alike = ['timed-out', 'failed'];
  expect(statuses.filter((status) => !met.has(status) && !alike.includes(status))).toEqual([]);
});
