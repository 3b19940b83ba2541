/** One event as its object holds it: read without any care for what its facts are, and checked by its own hash. */
import { sha256Hex } from '../digest.ts';

export interface SealedEvent {
  requestId: string;
  seq: number;
  at: string;
  prev: string;
  hash: string;
}

/** Undefined for whatever isn't one, or whose hash isn't its own. */
export function readSealedEvent(text: string): SealedEvent | undefined {
  let value: Partial<Record<keyof SealedEvent, unknown>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { requestId, seq, at, prev, hash } = value ?? {};
  if (typeof requestId !== 'string' || typeof seq !== 'number') return undefined;
  if (typeof at !== 'string' || typeof prev !== 'string' || typeof hash !== 'string') return undefined;
  // The hash is over the canonical text without the hash itself; what is stored is canonical.
  const [before, after, ...more] = text.split(`"hash":"${hash}",`);
  if (before === undefined || after === undefined || more.length > 0) return undefined;
  return sha256Hex(before + after) === hash ? { requestId, seq, at, prev, hash } : undefined;
}
