/** SealLog: gives leaf numbers to the events in the locked bucket and signs a checkpoint; each minute, and whenever it is called. */
import { sealLogWorld } from '#adapters/wiring/seal-log.ts';
import { sealLog } from '#operations/seal-log.ts';

const world = sealLogWorld();

export const handler = async (): Promise<{ sealed: number }> => ({ sealed: await sealLog(world) });
