/** Makes a passkey on the page that its one-time link opens. Looking at the page changes nothing. */
import { LinkUnusable, PasskeyNotFound } from '#domain/errors.ts';
import { enrolmentHash, type Passkey, refuseUnlessEnrolling, register } from '#domain/passkey.ts';
import { enrolmentChallenge } from '#domain/passkey-challenge.ts';
import type { World } from '#ports';
import { changePasskey, readPasskey } from './passkeys.ts';

/** What the link holds: `<id>.<secret>`. */
export interface EnrolmentLink {
  id: string;
  secret: string;
}

/** Throws LinkUnusable where there is no such link, or it is used or over. */
export async function openEnrolment(
  world: Pick<World, 'clock' | 'passkeys'>,
  { id, secret }: EnrolmentLink,
): Promise<{ passkey: Passkey; challenge: string; others: Passkey[] }> {
  const passkey = await found(world, id);
  refuseUnlessEnrolling(passkey, enrolmentHash(secret), world.clock.now());
  const others = (await world.passkeys.of(passkey.person)).filter(({ revoked }) => !revoked);
  return { passkey, challenge: enrolmentChallenge(id, secret), others };
}

/** `response`: of the browser, as JSON text. Throws PasskeyRefused for one that isn't of this page. */
export async function registerPasskey(
  world: Pick<World, 'clock' | 'passkeys' | 'authenticators'>,
  { id, secret, response }: EnrolmentLink & { response: string },
): Promise<Passkey> {
  const { challenge } = await openEnrolment(world, { id, secret });
  const credential = await world.authenticators.registered(response, challenge);
  return changePasskey(world, id, (before) =>
    register(before, enrolmentHash(secret), credential, world.clock.now()),
  );
}

async function found(world: Pick<World, 'passkeys'>, id: string): Promise<Passkey> {
  try {
    return await readPasskey(world, id);
  } catch (error) {
    if (!(error instanceof PasskeyNotFound)) throw error;
    throw new LinkUnusable('There is no such link. Run `curfew passkey enroll` for a new one.');
  }
}
