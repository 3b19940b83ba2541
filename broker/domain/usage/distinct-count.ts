/** About how many different ids there were, in 256 bytes (HyperLogLog): exact bookkeeping of many would grow with them. */
import { createHash } from 'node:crypto';

const registers = 256;
/** Bias correction of HyperLogLog for this many registers. */
const alpha = 0.7213 / (1 + 1.079 / registers);

/** Base64 of the registers. */
export type Sketch = string;

export const emptySketch: Sketch = Buffer.alloc(registers).toString('base64');

export function noteId(sketch: Sketch, id: string): Sketch {
  const bytes = Buffer.from(sketch, 'base64');
  const hash = createHash('sha256').update(id).digest();
  const register = hash.readUInt8(0);
  const rank = Math.clz32(hash.readUInt32BE(1)) + 1;
  bytes[register] = Math.max(bytes[register] ?? 0, rank);
  return bytes.toString('base64');
}

/** Of the ids of both. */
export function joinSketches(a: Sketch, b: Sketch): Sketch {
  const [one, other] = [Buffer.from(a, 'base64'), Buffer.from(b, 'base64')];
  return Buffer.from(one.map((value, i) => Math.max(value, other[i] ?? 0))).toString('base64');
}

/** Standard error 6.5 %. */
export function countOf(sketch: Sketch): number {
  const values = [...Buffer.from(sketch, 'base64')];
  const raw = (alpha * registers ** 2) / values.reduce((sum, rank) => sum + 2 ** -rank, 0);
  const empty = values.filter((rank) => rank === 0).length;
  return Math.round(raw <= 2.5 * registers && empty > 0 ? registers * Math.log(registers / empty) : raw);
}
