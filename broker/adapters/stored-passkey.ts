/** How passkeys are read back: parsed, never trusted. Fields of a newer version are kept. */
import * as z from 'zod';
import { instantSchema } from '#domain/instant.ts';
import type { Passkey } from '#domain/passkey.ts';

const done = { at: instantSchema, by: z.string() };

export const storedPasskey = z.looseObject({
  schema: z.literal(1),
  id: z.string().min(1),
  version: z.int().positive(),
  person: z.string().min(1),
  name: z.string(),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  enrolment: z.looseObject({ hash: z.string(), expiresAt: instantSchema }),
  credential: z
    .looseObject({
      id: z.string().min(1),
      publicKey: z.string().min(1),
      counter: z.int().nonnegative(),
      transports: z.array(z.string()),
    })
    .exactOptional(),
  registeredAt: instantSchema.exactOptional(),
  confirmed: z.looseObject(done).exactOptional(),
  used: z.looseObject({ at: instantSchema, requestId: z.string(), assertion: z.string() }).exactOptional(),
  suspected: z.looseObject({ at: instantSchema, requestId: z.string() }).exactOptional(),
  revoked: z.looseObject({ ...done, reason: z.string() }).exactOptional(),
  audit: z.looseObject({ seq: z.int().positive(), hash: z.string() }),
}) satisfies z.ZodType<Passkey>;
