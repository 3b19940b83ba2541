/** Parts of the documented shapes that several ticket systems share. */
import * as z from 'zod';
import { instantOf } from '../instant.ts';

/** With any offset; comes out in UTC. */
export const instant = z.iso
  .datetime({ offset: true })
  .transform((written) => instantOf(Date.parse(written)));
export const text = z.string().min(1).max(300);
/** Epoch milliseconds. */
export const milliseconds = z.int().min(0).max(8.64e15).transform(instantOf);
/** As long as any source lets one be; only its beginning is read. */
export const comment = z.string().max(256 * 1024);
/** Whatever else it may be, it is no title. */
export const summary = z.string().max(2_000).optional().catch(undefined);
