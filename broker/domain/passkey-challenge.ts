/** What a passkey signs: exactly one answer of one person to one request, as one page showed it. */
import { canonicalJson, sha256Bytes, sha256Hex } from './digest.ts';

/** Enough to check anew, by the passkey's public key alone, that its holder approved this digest. */
export interface PasskeyProof {
  /** SHA-256 of the nonce of the page that was answered. */
  page: string;
  /** Id that the authenticator gave to its credential, base64url. */
  credentialId: string;
  /** What the browser and the authenticator signed, each base64url. */
  clientDataJSON: string;
  authenticatorData: string;
  signature: string;
}

export interface Approving {
  requestId: string;
  /** Of what is approved. */
  digest: string;
  reviewer: string;
  /** SHA-256 of the nonce of the page: another page's, or another hour's, is another challenge. */
  page: string;
}

export const pageHash = (nonce: string): string => sha256Hex(`curfew-page:${nonce}`);

/** Base64url, 256 bits. */
export function approvalChallenge({ requestId, digest, reviewer, page }: Approving): string {
  return challengeOf({ does: 'approve', requestId, digest, reviewer, page });
}

/** For the one page that an enrolment's link opens. */
export function enrolmentChallenge(passkeyId: string, secret: string): string {
  return challengeOf({ does: 'enrol', passkeyId, page: pageHash(secret) });
}

function challengeOf(what: { does: 'approve' | 'enrol'; [fact: string]: string }): string {
  return sha256Bytes(`curfew-passkey\n${canonicalJson(what)}`).toString('base64url');
}
