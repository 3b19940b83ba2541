/** Passkeys of people, made by the operations that make them. */
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { confirmationCode, type Passkey } from '#domain/passkey.ts';
import { confirmPasskey, enrolPasskey } from '#operations/passkeys.ts';
import { openEnrolment, registerPasskey } from '#operations/register-passkey.ts';
import { SoftAuthenticator } from './authenticator.ts';
import { aCaller, type PersonName } from './caller.ts';

/** What a link of an enrolment holds. */
export function linkIn(link: string): { id: string; secret: string } {
  const [, id = '', secret = ''] = /\/passkey\/(\w+)\.([\w-]+)$/.exec(link) ?? [];
  return { id, secret };
}

/** Made, and not confirmed yet. */
export async function passkeyOf(
  world: MemoryWorld,
  person: PersonName,
  device = new SoftAuthenticator(),
): Promise<{ passkey: Passkey; device: SoftAuthenticator; code: string }> {
  const { link } = await enrolPasskey(world, { caller: aCaller(person), name: 'phone' });
  const at = linkIn(link);
  const { challenge } = await openEnrolment(world, at);
  const passkey = await registerPasskey(world, { ...at, response: device.make(challenge) });
  return { passkey, device, code: passkey.credential ? confirmationCode(passkey.credential) : '' };
}

export async function enrolled(
  world: MemoryWorld,
  person: PersonName,
  confirmer: PersonName,
  device = new SoftAuthenticator(),
): Promise<{ id: string; device: SoftAuthenticator }> {
  const { passkey, code } = await passkeyOf(world, person, device);
  await confirmPasskey(world, { caller: aCaller(confirmer), id: passkey.id, code });
  return { id: passkey.id, device };
}
