/** Checks what a reviewer's passkey signed, and keeps that it did: of this request's digest, on this page, once. */
import { sha256Hex } from '#domain/digest.ts';
import { PasskeyRefused } from '#domain/errors.ts';
import { isUsable, type Passkey, use } from '#domain/passkey.ts';
import { type Approving, approvalChallenge } from '#domain/passkey-challenge.ts';
import type { Review } from '#domain/request.ts';
import type { World } from '#ports';
import { changePasskey } from './passkeys.ts';

export type PasskeyNeeds = Pick<World, 'clock' | 'passkeys' | 'authenticators'>;

export async function usablePasskeys(world: Pick<World, 'passkeys'>, reviewer: string): Promise<Passkey[]> {
  return (await world.passkeys.of(reviewer)).filter(isUsable);
}

const copied =
  'Your passkey says that it was used less often than Curfew knows: somebody may have a copy of it. It approves nothing now. If you did not just answer on another page, revoke it: run `curfew passkey list`.';

/**
 * `signed`: what the browser sent, as JSON text. Throws PasskeyRefused, with what to do. Written before the answer is: a
 * fault in between costs the reviewer a second touch, never a second use of what was signed.
 */
export async function approveByPasskey(
  world: PasskeyNeeds,
  approving: Approving,
  signed: string,
): Promise<NonNullable<Review['passkey']>> {
  const { requestId, reviewer, page } = approving;
  const credentialId = world.authenticators.credentialOf(signed);
  const theirs = (await world.passkeys.of(reviewer)).find(
    ({ credential }) => credential?.id === credentialId,
  );
  if (!theirs?.credential)
    throw new PasskeyRefused(
      `That is not a passkey of ${reviewer}, whom this link was mailed to. Only theirs can approve here.`,
    );
  const { counter, proof } = await world.authenticators.asserted(
    signed,
    approvalChallenge(approving),
    theirs.credential,
  );
  const assertion = sha256Hex(proof.clientDataJSON + proof.authenticatorData);
  let suspect = false;
  await changePasskey(world, theirs.id, (before) => {
    const used = use(before, { counter, requestId, assertion }, world.clock.now());
    suspect = used.suspect;
    return used;
  });
  if (suspect) throw new PasskeyRefused(copied);
  return { id: theirs.id, proof: { page, ...proof } };
}
