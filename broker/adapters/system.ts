/** The real clock and real ids. */
import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { ulid } from 'ulid';
import { instantOf } from '#domain/instant.ts';
import type { Clock, Ids } from '#ports';

export const systemClock: Clock = {
  now: () => instantOf(Date.now()),
  async sleep(ms) {
    if (ms > 0) await wait(ms);
  },
};

export const randomIds: Ids = {
  requestId: () => ulid(),
  secret: () => randomBytes(32).toString('base64url'),
};
