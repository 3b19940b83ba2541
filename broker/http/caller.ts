/** Who calls: the identity API Gateway verified, from the event's request context. No header, query or body is asked. */
import * as z from 'zod';
import { IdentityRefused } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import { verifyCaller } from '#operations/verify-caller.ts';
import type { World } from '#ports';
import { networkOf } from './network.ts';

/** The part of a REST API proxy event that API Gateway, and nobody else, writes. */
const signedEvent = z.object({
  requestContext: z.object({
    identity: z.object({
      userArn: z.string().min(1),
      caller: z.string().min(1),
      sourceIp: z.string().exactOptional(),
    }),
  }),
});

/** What hono/aws-lambda hands to the app beside the request. */
export interface Bindings {
  event?: unknown;
}

/** Throws IdentityRefused for a call that was not signed, or not by the session of an IAM role. */
export async function callerOfEvent(
  world: Pick<World, 'catalog' | 'identities'>,
  env: Bindings | undefined,
): Promise<Caller> {
  const signed = signedEvent.safeParse(env?.event);
  if (!signed.success) {
    throw new IdentityRefused('The call carries no IAM identity: it was not signed.');
  }
  const { userArn, caller, sourceIp = '' } = signed.data.requestContext.identity;
  const network = networkOf(sourceIp);
  const from = network === undefined ? {} : { network };
  return verifyCaller(world, { userArn, callerId: caller, ...from });
}
