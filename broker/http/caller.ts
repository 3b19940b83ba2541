/** Who calls: the identity API Gateway verified, from the event's request context; of a job besides what its issuer has signed. No other header, query or body is asked. */
import * as z from 'zod';
import { IdentityRefused } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import { networkOf } from '#domain/network.ts';
import { verifyCaller } from '#operations/verify-caller.ts';
import type { World } from '#ports';

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

/** Of a CI job or agent: what its issuer says of it. Carried in a header of the signed call, and signed with it. */
export const tokenHeader = 'x-curfew-identity-token';

/** Throws IdentityRefused for a call that was not signed, or not by the session of an IAM role. `token`: of `tokenHeader`. */
export async function callerOfEvent(
  world: Pick<World, 'catalog' | 'identities' | 'identityTokens'>,
  env: Bindings | undefined,
  token: string | undefined,
): Promise<Caller> {
  const signed = signedEvent.safeParse(env?.event);
  if (!signed.success) {
    throw new IdentityRefused('The call carries no IAM identity: it was not signed.');
  }
  const { userArn, caller, sourceIp = '' } = signed.data.requestContext.identity;
  const network = networkOf(sourceIp);
  return verifyCaller(world, {
    userArn,
    callerId: caller,
    ...(network === undefined ? {} : { network }),
    ...(token === undefined ? {} : { token }),
  });
}
