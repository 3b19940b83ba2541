/** Public keys of token issuers, read from where the catalog says and kept for a while. */
import { createLocalJWKSet, type JSONWebKeySet, type LocalJWKSet } from 'jose';
import { Unavailable } from '#domain/errors.ts';

/** The parsed JSON at an address. Throws whatever is wrong. */
export type ReadKeys = (uri: string) => Promise<unknown>;

/** A key that was taken back is believed no longer than this. */
const keptForMs = 10 * 60_000;
/** Whoever invents key names can't have us read them more often. */
const againAfterMs = 60_000;

interface Kept {
  keys: Promise<LocalJWKSet>;
  readAt: number;
}

export class IssuerKeys {
  readonly #read: ReadKeys;
  readonly #now: () => number;
  readonly #kept = new Map<string, Kept>();

  constructor(read: ReadKeys, now: () => number) {
    this.#read = read;
    this.#now = now;
  }

  /** Throws Unavailable where they can't be read: without them nobody is known. */
  of(uri: string): Promise<LocalJWKSet> {
    const kept = this.#kept.get(uri);
    return kept && this.#now() < kept.readAt + keptForMs ? kept.keys : this.#readNow(uri);
  }

  /** Read anew, for a key that is not among them; undefined where they are as new as can be. */
  async newer(uri: string): Promise<LocalJWKSet | undefined> {
    const kept = this.#kept.get(uri);
    return kept && this.#now() < kept.readAt + againAfterMs ? undefined : this.#readNow(uri);
  }

  #readNow(uri: string): Promise<LocalJWKSet> {
    const keys = this.#read(uri)
      .then((found) => createLocalJWKSet(found as JSONWebKeySet))
      .catch((error: unknown) => {
        // What can't be read is not kept.
        if (this.#kept.get(uri)?.keys === keys) this.#kept.delete(uri);
        throw unreadable(uri, error);
      });
    this.#kept.set(uri, { keys, readAt: this.#now() });
    return keys;
  }
}

function unreadable(uri: string, error: unknown): Unavailable {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const why = name === 'TimeoutError' ? 'no answer in time' : message;
  return new Unavailable(
    `The public keys of ${new URL(uri).host} can't be read (${why}), so nobody can say whose job this is.`,
    { cause: error },
  );
}

const answerWithinMs = 4_000;
const largestBytes = 256 * 1024;

/** By HTTPS from exactly this address: redirects are not followed, and large answers not read. */
export async function fetchKeys(uri: string): Promise<unknown> {
  if (new URL(uri).protocol !== 'https:') throw new Error('not by HTTPS');
  const response = await fetch(uri, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(answerWithinMs),
  });
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.length;
    if (size > largestBytes) throw new Error(`more than ${largestBytes} bytes`);
    chunks.push(chunk);
  }
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
