/** Worlds in memory for tests, and ways to put things into them. */
import { type MemoryWorld, memoryWorld } from '#adapters/memory/world.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { Records } from '#ports';
import { aRecord, type RequestWanted } from './request.ts';

export function aWorld(of: Parameters<typeof memoryWorld>[0] = {}): MemoryWorld {
  return memoryWorld(of);
}

/** Stores a request with its whole audit chain, as one change. */
export async function stored(records: Records, wanted: RequestWanted = {}): Promise<AccessRequest> {
  const { request, events } = aRecord(wanted);
  await records.commit({ request, expectedVersion: 0, events });
  return request;
}
