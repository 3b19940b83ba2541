/** What browsers bring of authenticators, and where they bring it. Part of the ports. */
import type { Credential } from '#domain/passkey.ts';
import type { PasskeyProof } from '#domain/passkey-challenge.ts';

/** Where the pages with links are, and the domain that passkeys are made for: a browser gives them to no other. */
export interface PageOrigin {
  /** Base of all links, without a slash at its end. */
  url: string;
  /** The host of `url`, or a domain above it. */
  domain: string;
}

/** What browsers send of authenticators (WebAuthn), checked against the challenge, our pages' origin and domain. PasskeyRefused otherwise. */
export interface Authenticators {
  /** What was made; user verification is required. */
  registered(response: string, challenge: string): Promise<Credential>;
  /** What one of them signed. `counter`: as it says, compared with nothing. */
  asserted(
    response: string,
    challenge: string,
    credential: Credential,
  ): Promise<{ counter: number; proof: Omit<PasskeyProof, 'page'> }>;
  /** Id of the credential that a response says it is of; undefined where it says nothing that can be read. */
  credentialOf(response: string): string | undefined;
}
