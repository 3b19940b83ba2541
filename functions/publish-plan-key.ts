/** PublishPlanKey: reads the public half of the plan key once, for the configuration of BindRole. */
import * as z from 'zod';
import { answerCustomResource } from '#adapters/custom-resource.ts';
import { publicKeyPem } from '#adapters/kms-public-key.ts';

const properties = z.object({ keyId: z.string().min(1) });

export const handler = (event: unknown): Promise<void> =>
  answerCustomResource(event, {
    make: async (given) => ({ PublicKey: await publicKeyPem(properties.parse(given).keyId) }),
  });
