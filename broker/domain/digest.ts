/** Hashes over canonical JSON (RFC 8785): the one way this project turns a value into a digest. */
import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** RFC 8785 text of a JSON value. Throws TypeError on what JSON can't hold (undefined, functions, NaN). */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('Only JSON values have a canonical form; got undefined.');
  return text;
}

export function sha256Bytes(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}

/** Lower-case hex SHA-256 (64 characters) of a text. */
export function sha256Hex(text: string): string {
  return sha256Bytes(text).toString('hex');
}

/** Lower-case hex SHA-256 of a value's canonical JSON. */
export function digestOf(value: unknown): string {
  return sha256Hex(canonicalJson(value));
}
