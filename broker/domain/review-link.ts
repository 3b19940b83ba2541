/** A mailed review link: stands for the task token without being it. 256 random bits, kept only as a hash. */
import { sha256Hex } from './digest.ts';
import type { Instant } from './instant.ts';

export interface ReviewLink {
  /** SHA-256 of the secret in the link; the secret itself is in the mail only. */
  hash: string;
  requestId: string;
  reviewer: string;
  /** The digest of what the reviewer was told; another digest makes the link useless. */
  digest: string;
  expiresAt: Instant;
  usedAt?: Instant;
}

export function linkHash(secret: string): string {
  return sha256Hex(`curfew-review-link:${secret}`);
}
