/** Brings one request into each state of the lifecycle in which a fault may strike, all at the same moment. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '#domain/request.ts';
import { linkIn } from '#local/reviewer.ts';
import type { NewRequest } from '../../cli/api/client.ts';
import type { E2ePerson } from '../e2e/person.ts';
import { mailAbout, until, untilStatus } from '../e2e/steps.ts';
import { type Watch, watchAccess } from './watch-access.ts';
import type { ChaosWorld } from './world.ts';

export const states = ['pending', 'scheduled', 'granting', 'active', 'revoking'] as const;
export type State = (typeof states)[number];

export interface Case {
  state: State;
  person: E2ePerson;
  id: string;
  /** Of their access, from before they asked for it. */
  watch: Watch;
  /** Of the review page, where somebody is asked. */
  link?: string;
}

interface Player {
  person: E2ePerson;
  watch: Watch;
}

/** Seconds. */
const lasts = { pending: 20, scheduled: 20, granting: 20, active: 26, revoking: 20 } as const;
/** From submission until OpenGrant waits for EKS. */
const openingTakesMs = 1_500;
/** EKS takes this long to make the entry of the one that is being granted; the SDK would try again after 4 s. */
const heldMs = 3_500;
/** The hold is over 4 to 5 s before the end. */
const leadMs = 4_700;
/** From the strike to the start of the one that is scheduled. */
const startsAfterMs = 7_000;
const tries = 3;

async function submit(player: Player, state: State, more: Partial<NewRequest> = {}): Promise<Case> {
  const { person } = player;
  const { id } = await person.api.submit(
    {
      cluster: person.cloud.cluster.name,
      namespaces: ['payments'],
      role: 'network-viewer',
      duration: `${lasts[state]}s`,
      reason: 'Payments fail since 12:00',
      ...more,
    },
    randomUUID(),
  );
  return { state, id, ...player };
}

async function pending(player: Player): Promise<Case> {
  const asked = await submit(player, 'pending', { role: 'pod-reader' });
  return { ...asked, link: linkIn(await mailAbout(player.person.cloud, asked.id)) };
}

async function active(player: Player, state: State): Promise<{ made: Case; expiresAt: number }> {
  const made = await submit(player, state);
  const { request } = await untilStatus(player.person, made.id, 'active');
  return { made, expiresAt: Date.parse(request.grant?.expiresAt ?? '') };
}

/** Begun so that it is on its way to the cluster when the hold of another is over. */
async function granting(world: ChaosWorld, player: Player, holdEndsAt: number): Promise<Case> {
  await sleep(Math.max(0, holdEndsAt - openingTakesMs - Date.now()));
  await world.cloud.eks.addFault({ operation: 'CreateAccessEntry', kind: 'delay', ms: heldMs });
  const made = await submit(player, 'granting');
  // By then it may be in force already: whoever asked for the moment looks whether it was met.
  await untilStatus(player.person, made.id, ['granting', 'active']);
  return made;
}

async function statusOf({ person, id }: Case): Promise<Status> {
  return (await person.api.show(id)).request.status as Status;
}

/** What each state is called on record; one that has to wait for its start is approved only. */
const onRecord: Record<State, readonly Status[]> = {
  pending: ['pending'],
  scheduled: ['approved', 'scheduled'],
  granting: ['granting'],
  active: ['active'],
  revoking: ['revoking'],
};

/** One player for each state that is wanted; nobody for the others. */
async function together(world: ChaosWorld, cast: ReadonlyMap<State, Player>): Promise<Case[]> {
  const having = async <T>(state: State, make: (player: Player) => Promise<T>): Promise<T | undefined> => {
    const player = cast.get(state);
    return player && (await make(player));
  };
  const [asked, ending, held] = await Promise.all([
    having('pending', pending),
    having('revoking', (player) => active(player, 'revoking')),
    having('active', (player) => active(player, 'active')),
  ]);
  const firstEnd = (ending ?? held)?.expiresAt ?? Date.now() + 10_000;
  const strikeAt = firstEnd - leadMs;
  const startsAt = new Date(strikeAt + startsAfterMs).toISOString();
  const [later, opening] = await Promise.all([
    having('scheduled', (player) => submit(player, 'scheduled', { startsAt })),
    having('granting', (player) => granting(world, player, strikeAt)),
  ]);
  if (ending) await until('the hold to be over', async () => (await statusOf(ending.made)) !== 'active');
  return [asked, later, opening, held?.made, ending?.made].filter((one) => one !== undefined);
}

/** What of these was not in its state when looked at. */
async function astray(cases: readonly Case[]): Promise<string[]> {
  const seen = await Promise.all(cases.map(statusOf));
  return cases.flatMap(({ state }, i) => {
    const status = seen[i];
    return status && onRecord[state].includes(status) ? [] : [`${state} was ${status}`];
  });
}

async function castFor(world: ChaosWorld, wanted: readonly State[]): Promise<Map<State, Player>> {
  const people = await world.people(wanted);
  return new Map(
    wanted.flatMap((state, i) => {
      const person = people[i];
      return person ? [[state, { person, watch: watchAccess(person) }] as const] : [];
    }),
  );
}

/**
 * All that are wanted, each watched: the caller ends the watches. Throws when the moment could not be met in several tries,
 * which says that the machine is too busy.
 */
export async function bringInto(world: ChaosWorld, wanted: readonly State[]): Promise<Case[]> {
  const missed: string[] = [];
  while (missed.length < tries) {
    const cast = await castFor(world, wanted);
    const endWatches = () => Promise.all([...cast.values()].map(({ watch }) => watch.stop()));
    try {
      const cases = await together(world, cast);
      const wrong = await astray(cases);
      if (wrong.length === 0) return cases;
      missed.push(wrong.join(', '));
    } catch (error) {
      await endWatches();
      throw error;
    }
    await endWatches();
    await world.cloud.eks.clearFaults();
  }
  throw new Error(`The moment was missed ${tries} times: ${missed.join('; ')}.`);
}
