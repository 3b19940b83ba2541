/** What a page asks of the browser's authenticators (WebAuthn), as JSON: the script turns its texts into bytes. */
import type { Passkey } from '#domain/passkey.ts';

/** ES256, EdDSA, RS256: what authenticators make. */
const algorithms = [-7, -8, -257];
const timeout = 5 * 60_000;

const known = (passkeys: readonly Passkey[]) =>
  passkeys.flatMap(({ credential }) =>
    credential ? [{ id: credential.id, transports: credential.transports }] : [],
  );

export function askToSign(of: { challenge: string; domain: string; passkeys: readonly Passkey[] }): string {
  const { challenge, domain, passkeys } = of;
  const allowCredentials = known(passkeys);
  return JSON.stringify({
    get: { challenge, rpId: domain, allowCredentials, userVerification: 'required', timeout },
  });
}

/** `others`: those that its person has; no device makes a second one. */
export function askToMake(of: {
  challenge: string;
  domain: string;
  passkey: Passkey;
  others: readonly Passkey[];
}): string {
  const { challenge, domain, passkey, others } = of;
  const user = {
    id: Buffer.from(passkey.id).toString('base64url'),
    name: passkey.person,
    displayName: passkey.person,
  };
  return JSON.stringify({
    create: {
      challenge,
      rp: { id: domain, name: 'Curfew' },
      user,
      pubKeyCredParams: algorithms.map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: { userVerification: 'required', residentKey: 'preferred' },
      attestation: 'none',
      excludeCredentials: known(others),
      timeout,
    },
  });
}
