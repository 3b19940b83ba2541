/** How a reviewer's answer is read back: parsed, never trusted. */
import * as z from 'zod';
import { instantSchema } from '#domain/instant.ts';
import { assurances } from '#domain/policy/decision.ts';
import type { Review } from '#domain/request.ts';

export const storedReview = z.looseObject({
  reviewer: z.string(),
  answer: z.enum(['approve', 'deny']),
  reason: z.string().exactOptional(),
  at: instantSchema,
  assurance: z.enum(assurances),
  passkey: z
    .looseObject({
      id: z.string(),
      proof: z.looseObject({
        page: z.string(),
        credentialId: z.string(),
        clientDataJSON: z.string(),
        authenticatorData: z.string(),
        signature: z.string(),
      }),
    })
    .exactOptional(),
  digest: z.string(),
}) satisfies z.ZodType<Review>;
