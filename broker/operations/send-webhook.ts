/** Sends one announcement to one receiver of the catalog, signed by its live secrets at the time of this try. */
import type { Announcement } from '#domain/announcement.ts';
import { listed } from '#domain/catalog-lookup.ts';
import { Unavailable } from '#domain/errors.ts';
import { signatureHeaders, signingKey } from '#domain/webhooks/sign.ts';
import type { World } from '#ports';
import type { LiveSecrets } from './live-secrets.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'receivers'> & { liveSecrets: Pick<LiveSecrets, 'of'> };

/** Throws Unavailable where it was not taken, or nobody knows: it is sent again, under the same id. */
export async function sendWebhook(
  world: Needs,
  { to, announcement }: { to: string; announcement: Announcement },
): Promise<void> {
  const receiver = listed(world.catalog.receivers, to);
  if (!receiver) throw new Unavailable(`The catalog has no receiver ${to}.`);
  const { url, secretName, internal } = receiver;
  const keys = (await world.liveSecrets.of(secretName)).flatMap((secret) => signingKey(secret) ?? []);
  if (keys.length === 0)
    throw new Unavailable(`Secret ${secretName} holds no line with whsec_ and base64 of 24 to 64 bytes.`);
  const { id, type, at } = announcement;
  const body = JSON.stringify({ type, timestamp: at, data: announcement });
  const headers = signatureHeaders({ id, now: world.clock.now(), body }, keys);
  await world.receivers.send({ url, internal }, { headers, body });
}
