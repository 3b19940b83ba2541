/** How the use of a grant is read back: all of it from its own item, and what of it is on the record. */
import * as z from 'zod';
import { usageRules } from '#domain/catalog-usage.ts';
import { instantSchema } from '#domain/instant.ts';
import type { UsageOnRecord } from '#domain/request.ts';
import type { Usage } from '#domain/usage/usage.ts';

const seen = z.looseObject({ at: instantSchema, auditId: z.string() });
const storedAct = z.looseObject({
  id: z.string(),
  receivedAt: instantSchema,
  startedAt: instantSchema.exactOptional(),
  endedAt: instantSchema.exactOptional(),
  verb: z.string(),
  object: z
    .looseObject({
      group: z.string(),
      resource: z.string(),
      subresource: z.string().exactOptional(),
      namespace: z.string().exactOptional(),
      name: z.string().exactOptional(),
    })
    .exactOptional(),
  username: z.string(),
  as: z.string().exactOptional(),
  address: z.string().exactOptional(),
  agent: z.string().exactOptional(),
  command: z.string().exactOptional(),
  follows: z.literal(true).exactOptional(),
  code: z.int().exactOptional(),
  allowed: z.boolean(),
  standing: z.string().exactOptional(),
  how: z.enum(['authorizer', 'time', 'several']),
  credential: z.string().exactOptional(),
});
export const storedUsage = z.looseObject({
  v: z.literal(1),
  acts: z.array(storedAct),
  heard: z.string(),
  first: seen.exactOptional(),
  last: seen.exactOptional(),
  words: z.array(
    z.looseObject({
      auditId: z.string(),
      at: instantSchema,
      verb: z.string(),
      kind: z.enum(['rolebindings', 'roles']),
      namespace: z.string(),
      by: z.string(),
    }),
  ),
}) satisfies z.ZodType<Usage>;

export const storedUsageOnRecord = z.looseObject({
  first: seen.exactOptional(),
  removal: seen.exactOptional(),
  residual: z.array(z.string()).exactOptional(),
  flags: z
    .array(
      z.looseObject({ rule: z.enum(usageRules), at: instantSchema, auditId: z.string(), why: z.string() }),
    )
    .exactOptional(),
}) satisfies z.ZodType<UsageOnRecord>;
