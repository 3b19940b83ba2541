/** Authenticators by @simplewebauthn/server: what a browser sent is of our pages' origin and domain, for this challenge, by a person who was there. */
import type {
  VerifyAuthenticationResponseOpts,
  VerifyRegistrationResponseOpts,
} from '@simplewebauthn/server';
import * as z from 'zod';
import { PasskeyRefused } from '#domain/errors.ts';
import type { Credential } from '#domain/passkey.ts';
import type { Authenticators, PageOrigin } from '#ports';

const base64url = z.string().regex(/^[\w-]+$/);
/** The most that a browser sends. */
const longest = 8_000;

const common = {
  id: base64url.max(1400),
  rawId: base64url.max(1400),
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}).default({}),
};
const registration = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .default([]),
  }),
});
const assertion = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url.optional(),
  }),
});

/** Read when the first passkey comes, not at each start of a function: it is large. */
const library = () => import('@simplewebauthn/server');

/** ES256, EdDSA, RS256: what authenticators make. */
export const algorithms = [-7, -8, -257];

type Bytes = Uint8Array<ArrayBuffer>;
const bytesOf = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'base64url'));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');

export function webAuthn({ url, domain }: PageOrigin): Authenticators {
  const expected = (challenge: string) => ({
    expectedChallenge: challenge,
    expectedOrigin: new URL(url).origin,
    expectedRPID: domain,
    requireUserVerification: true,
  });
  return {
    async registered(text, challenge) {
      const response = parsed(registration, text);
      const found = await checked(response.response.clientDataJSON, challenge, url, async () =>
        (await library()).verifyRegistrationResponse({
          response: response as VerifyRegistrationResponseOpts['response'],
          supportedAlgorithmIDs: algorithms,
          ...expected(challenge),
        }),
      );
      if (!found.verified) throw new PasskeyRefused(notOurs);
      const { id, publicKey, counter } = found.registrationInfo.credential;
      return { id, publicKey: textOf(publicKey), counter, transports: response.response.transports };
    },

    async asserted(text, challenge, credential) {
      const response = parsed(assertion, text);
      const { clientDataJSON, authenticatorData, signature } = response.response;
      const found = await checked(clientDataJSON, challenge, url, async () =>
        (await library()).verifyAuthenticationResponse({
          response: response as VerifyAuthenticationResponseOpts['response'],
          credential: verifiable(credential),
          ...expected(challenge),
        }),
      );
      if (!found.verified) throw new PasskeyRefused(notOurs);
      const proof = { credentialId: response.id, clientDataJSON, authenticatorData, signature };
      return { counter: found.authenticationInfo.newCounter, proof };
    },

    credentialOf(text) {
      const read = assertion.safeParse(jsonOf(text));
      return read.success ? read.data.id : undefined;
    },
  };
}

/** Its counter left out: what it must be is the domain's to say. */
const verifiable = ({ id, publicKey }: Credential) => ({ id, publicKey: bytesOf(publicKey), counter: 0 });

const notOurs = 'This passkey did not sign what it should have. Press the button again.';

function jsonOf(text: string): unknown {
  if (text.length > longest) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  const read = schema.safeParse(jsonOf(text));
  if (read.success) return read.data;
  throw new PasskeyRefused(
    'What the browser sent of the passkey was not understood. Press the button again.',
  );
}

const clientDataSchema = z.object({
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
});

/** The library's refusal in words for a person; its own may repeat what was sent. */
async function checked<T>(
  clientData: string,
  challenge: string,
  url: string,
  verify: () => Promise<T>,
): Promise<T> {
  const told = clientDataSchema.safeParse(jsonOf(Buffer.from(clientData, 'base64url').toString('utf8')));
  if (told.data?.crossOrigin) throw new PasskeyRefused('It was signed inside a page of another site.');
  try {
    return await verify();
  } catch (cause) {
    const { origin } = new URL(url);
    if (told.data && told.data.origin !== origin)
      throw new PasskeyRefused(
        `It was signed on another site than ${origin}: a page that only looks like this one may have asked for it. Tell your platform team.`,
        { cause },
      );
    if (told.data && told.data.challenge !== challenge)
      throw new PasskeyRefused(
        'What your passkey signed is not what this page shows: it is of another page or another request. Look at it again, then press the button.',
        { cause },
      );
    if (cause instanceof Error && /user verification|could not be verified/i.test(cause.message))
      throw new PasskeyRefused(
        'Your device did not check that it is you (by fingerprint, face or PIN). Set that up, then press the button again.',
        { cause },
      );
    throw new PasskeyRefused(notOurs, { cause });
  }
}
