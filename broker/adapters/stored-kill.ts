/** How kill orders and their switches are read back: parsed, never trusted. Fields of a newer version are kept. */
import * as z from 'zod';
import { instantSchema } from '#domain/instant.ts';
import type { ClusterPass, KillOrder, KillPass } from '#domain/kill-order.ts';
import type { KillScope, KillSwitch } from '#domain/kill-scope.ts';

const scope = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('person'), value: z.string() }),
  z.looseObject({ kind: z.literal('principal'), value: z.string() }),
  z.looseObject({ kind: z.literal('cluster'), value: z.string() }),
  z.looseObject({ kind: z.literal('everything') }),
]) satisfies z.ZodType<KillScope>;

const count = z.int().nonnegative();

const clusterPass = z.looseObject({
  cluster: z.string(),
  found: count,
  ended: count,
  orphans: z.array(z.string()).exactOptional(),
  problem: z.string().exactOptional(),
}) satisfies z.ZodType<ClusterPass>;

const pass = z.looseObject({
  begunAt: instantSchema,
  endedAt: instantSchema.exactOptional(),
  denied: count,
  clusters: z.array(clusterPass),
  problem: z.string().exactOptional(),
}) satisfies z.ZodType<KillPass>;

export const storedKill = z.looseObject({
  schema: z.literal(1),
  id: z.string().min(1),
  version: z.int().positive(),
  scope,
  by: z.string(),
  reason: z.string(),
  at: instantSchema,
  updatedAt: instantSchema,
  passes: z.array(pass),
  passed: count,
  ended: count,
  drivenSince: instantSchema.exactOptional(),
  doneAt: instantSchema.exactOptional(),
  lifted: z.looseObject({ at: instantSchema, by: z.string(), reason: z.string() }).exactOptional(),
  audit: z.looseObject({ seq: z.int().positive(), hash: z.string() }),
}) satisfies z.ZodType<KillOrder>;

export const storedKillSwitch = z.looseObject({
  id: z.string().min(1),
  scope,
  reason: z.string(),
}) satisfies z.ZodType<KillSwitch>;
