/** `curfew ui` with people in it, served for real, for the browser tests: what waits, who has access, an emergency, a kill order. */
import { memoryWorld } from '#adapters/memory/world.ts';
import { serveUi } from '../../cli/ui/serve.ts';
import { aCaller, type PersonName } from '../builders/caller.ts';
import { stored } from '../builders/world.ts';
import { apiOf, ask } from '../cli/ui-visit.ts';
import { aDoor, type Door } from '../http/signed-call.ts';

export interface UiStory {
  door: Door;
  /** Request that waits for rita and rob. */
  waiting: string;
  /** Bob's access. */
  live: string;
  /** Of alice, by break-glass and over: waits for somebody who looks back at it. */
  emergency: string;
}

const minute = 60_000;

/** As of the real clock, which the browser has too. */
export async function uiStory(): Promise<UiStory> {
  const door = aDoor(memoryWorld({ now: new Date().toISOString() }));
  const { records, clock } = door.world;
  const ago = (minutes: number) => new Date(Date.parse(clock.now()) - minutes * minute).toISOString();
  const bob = aCaller('bob');
  const { id: live } = await stored(records, {
    ...{ status: 'active', caller: bob, createdAt: ago(8) },
    asked: { reason: 'Refunds hang in the queue since the rollout of 1.42.0' },
  });
  await stored(records, {
    ...{ status: 'active', createdAt: ago(20) },
    asked: { role: 'event-reader', reason: 'Watching the rollout', durationSeconds: 3600 },
  });
  await stored(records, { status: 'revoked', createdAt: ago(200) });
  const emergency = await ask(door, { role: 'deployer', breakGlass: true, reason: 'Payments are down' });
  await door.post(`/v1/requests/${emergency}/revoke`, { reason: 'mended' }, aCaller('alice'));
  const waiting = await ask(
    door,
    { role: 'deployer', reason: 'Roll back 1.42.0: refunds hang', duration: '45m' },
    'bob',
  );
  return { door, waiting, live, emergency };
}

/** The pages as somebody has them, and the one-time address that opens them. */
export async function servedUi(door: Door, as: PersonName) {
  const faults: unknown[] = [];
  const serving = await serveUi({
    api: apiOf(door, as),
    me: `${as}@example.com`,
    operator: as === 'pat',
    now: () => new Date(),
    replayed: () => undefined,
    log: (error) => faults.push(error),
  });
  return { ...serving, faults };
}

/** Names, texts and directions that are as bad as they may be. */
export async function unrulyStory(): Promise<UiStory> {
  const story = await uiStory();
  const { records } = story.door.world;
  const texts = [
    'x'.repeat(400),
    'הקופה איטית מאז הגרסה האחרונה, INC-1042, נא לאשר מהר',
    `${'Donaudampfschifffahrtsgesellschaftskapitän '.repeat(10)}`,
    '支払いが遅い。'.repeat(30),
  ];
  for (const reason of texts)
    await stored(records, {
      status: 'active',
      createdAt: new Date().toISOString(),
      asked: { reason, ticket: reason.slice(0, 60) },
    });
  return story;
}
