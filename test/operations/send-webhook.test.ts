/** What receivers are sent: signed at each try, under the same id, and only where the catalog says. */
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import type { Announcement } from '#domain/announcement.ts';
import { announcementOf } from '#domain/announcement.ts';
import { Unavailable } from '#domain/errors.ts';
import { after } from '#domain/instant.ts';
import { LiveSecrets } from '#operations/live-secrets.ts';
import { sendWebhook } from '#operations/send-webhook.ts';
import { aRecord } from '../builders/request.ts';
import { aWorld } from '../builders/world.ts';

const url = 'https://siem.example.com/curfew';
const secret = `whsec_${Buffer.from('receiver-secret-0123456789').toString('base64')}`;

function told(): Announcement {
  const { request, events } = aRecord({ status: 'active' });
  const catalog = { ticketing: { sources: {} } };
  const [last] = events.slice(-1);
  const announcement = last && announcementOf({ deployment: 'curfew', catalog }, last, { request });
  if (!announcement) throw new Error('Nothing is told.');
  return announcement;
}

function listening(value: string | undefined = secret) {
  const made = aWorld({ now: new Date().toISOString() });
  made.catalog.receivers.siem = { url, secretName: 'curfew/receivers/siem', internal: false };
  if (value !== undefined) made.inside.secrets.values.set('curfew/receivers/siem', value);
  return Object.assign(made, { liveSecrets: new LiveSecrets(made) });
}

describe('a webhook', () => {
  it('tells the announcement as it is, and is verified by the reference library', async () => {
    const world = listening();
    const announcement = told();
    await sendWebhook(world, { to: 'siem', announcement });
    const [sent] = world.inside.receivers.sent;
    expect(sent?.url).toBe(url);
    expect(new Webhook(secret).verify(sent?.body ?? '', sent?.headers ?? {})).toEqual({
      type: 'grant-active',
      timestamp: announcement.at,
      data: announcement,
    });
    expect(sent?.body).not.toContain(secret.slice(6));
  });

  it('that is sent again has the same id and body, and the time of its own try', async () => {
    const world = listening();
    const announcement = told();
    world.inside.receivers.down.add(url);
    await expect(sendWebhook(world, { to: 'siem', announcement })).rejects.toThrow(Unavailable);
    world.inside.receivers.down.clear();
    await sendWebhook(world, { to: 'siem', announcement });
    await world.inside.clock.sleep(60_000);
    await sendWebhook(world, { to: 'siem', announcement });
    const [first, second] = world.inside.receivers.sent;
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
    expect(Number(second?.headers['webhook-timestamp'])).toBe(
      Math.floor(Date.parse(after(world.inside.clock.now(), 0)) / 1000),
    );
    expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
  });

  it.each([undefined, '', 'no key of the right form'])('is not sent unsigned: secret %j', async (value) => {
    const world = listening(value ?? '');
    if (value === undefined) world.inside.secrets.values.clear();
    await expect(sendWebhook(world, { to: 'siem', announcement: told() })).rejects.toThrow(/whsec_/);
    expect(world.inside.receivers.sent).toEqual([]);
  });

  it('is sent to nobody whom the catalog does not name (N47)', async () => {
    const world = listening();
    for (const to of ['other', 'constructor', 'https://evil.example.com'])
      await expect(sendWebhook(world, { to, announcement: told() })).rejects.toThrow(/no receiver/);
    expect(world.inside.receivers.sent).toEqual([]);
  });
});
