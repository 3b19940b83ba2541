/** Inputs of the functions as the state machine, the schedule and the stream hand them over. */
import * as z from 'zod';
import { instantSchema } from '#domain/instant.ts';
import type { SignedPlan, UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { requestIdOfKey } from './table.ts';

const requestId = z.string().min(1).max(64);
const taskToken = z.string().min(1).max(2048);
const binding = z.object({ namespace: z.string(), name: z.string(), uid: z.string().exactOptional() });

const cluster = z.object({
  eksName: z.string(),
  region: z.string(),
  endpoint: z.string(),
  certificateAuthority: z.string(),
});

export const askReviewersInput = z.object({ requestId, taskToken });
export const openGrantInput = z.object({ requestId });
export const holdGrantInput = z.object({ requestId, taskToken, bindings: z.array(binding) });
export const endGrantInput = z.object({ requestId, cause: z.string().exactOptional() });

/** Strict: what the signature covers is exactly what is carried out. */
export const signedPlanInput = z.strictObject({
  plan: z.strictObject({
    v: z.literal(1),
    deployment: z.string(),
    requestId,
    cluster: z.strictObject(cluster.shape),
    bindings: z.array(z.strictObject({ namespace: z.string(), name: z.string() })).min(1),
    clusterRole: z.string(),
    rulesDigest: z.string(),
    subject: z.strictObject({ kind: z.enum(['User', 'Group']), name: z.string() }),
    expiresAt: instantSchema,
    createBefore: instantSchema,
  }),
  signature: z.string(),
}) satisfies z.ZodType<SignedPlan>;

export const unbindPlanInput = z.object({
  v: z.literal(1),
  deployment: z.string(),
  requestId,
  cluster,
  bindings: z.array(binding),
  notBefore: instantSchema,
  createBefore: instantSchema,
  retried: z.boolean().exactOptional(),
}) satisfies z.ZodType<UnbindPlan>;

export const unbindResult = z.object({
  unboundAt: instantSchema,
  found: z.boolean(),
}) satisfies z.ZodType<UnbindResult>;

export const closeGrantInput = z.object({ requestId, unbound: unbindResult });

/** The schedule names no request; an execution that ended badly is named by its request. */
export const sweepGrantsInput = z
  .object({ detail: z.object({ name: requestId.exactOptional() }).exactOptional() })
  .transform(({ detail }) => (detail?.name === undefined ? {} : { requestId: detail.name }));

/** Stream records of event items, each as its request and the number by which the stream knows the record. */
export const shipEventsInput = z
  .object({
    Records: z.array(
      z.object({
        dynamodb: z.object({
          SequenceNumber: z.string(),
          Keys: z.object({ pk: z.object({ S: z.string() }) }),
        }),
      }),
    ),
  })
  .transform(({ Records }) =>
    Records.flatMap(({ dynamodb: { SequenceNumber, Keys } }) => {
      const of = requestIdOfKey(Keys.pk.S);
      return of === undefined ? [] : [{ requestId: of, sequenceNumber: SequenceNumber }];
    }),
  );
