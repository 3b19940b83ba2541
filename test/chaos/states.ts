/** Brings one request into each state of the lifecycle in which a fault may strike, all at the same moment. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '#domain/request.ts';
import { linkIn } from '#local/reviewer.ts';
import type { NewRequest } from '../../cli/api/client.ts';
import type { E2ePerson } from '../e2e/person.ts';
import { mailAbout, until, untilStatus } from '../e2e/steps.ts';
import type { ChaosWorld } from './world.ts';

export const states = ['pending', 'scheduled', 'granting', 'active', 'revoking'] as const;
export type State = (typeof states)[number];

export interface Case {
  state: State;
  person: E2ePerson;
  id: string;
  /** Of the review page, where somebody is asked. */
  link?: string;
}

/** Seconds. */
const lasts = { pending: 20, scheduled: 20, granting: 20, active: 26, revoking: 20 } as const;
/** From submission until OpenGrant waits for EKS. */
const openingTakesMs = 1_500;
/** EKS takes this long to make the entry of the one that is being granted; the SDK would try again after 4 s. */
const heldMs = 3_500;
/** The hold is over 4 to 5 s before the end. */
const leadMs = 4_700;
const tries = 3;

async function submit(
  person: E2ePerson,
  state: State,
  more: Partial<NewRequest> = {},
): Promise<{ state: State; person: E2ePerson; id: string }> {
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
  return { state, person, id };
}

async function pending(person: E2ePerson): Promise<Case> {
  const asked = await submit(person, 'pending', { role: 'pod-reader' });
  return { ...asked, link: linkIn(await mailAbout(person.cloud, asked.id)) };
}

async function active(person: E2ePerson, state: State): Promise<{ made: Case; expiresAt: number }> {
  const made = await submit(person, state);
  const { request } = await untilStatus(person, made.id, 'active');
  return { made, expiresAt: Date.parse(request.grant?.expiresAt ?? '') };
}

/** Begun so that it is on its way to the cluster when the hold of another is over. */
async function granting(world: ChaosWorld, person: E2ePerson, holdEndsAt: number): Promise<Case> {
  await sleep(Math.max(0, holdEndsAt - openingTakesMs - Date.now()));
  await world.cloud.eks.addFault({ operation: 'CreateAccessEntry', kind: 'delay', ms: heldMs });
  const made = await submit(person, 'granting');
  // By then it may be in force already: whoever asked for the moment looks whether it was met.
  await untilStatus(person, made.id, ['granting', 'active']);
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

async function together(world: ChaosWorld, wanted: readonly State[], turn: number): Promise<Case[]> {
  const names = wanted.map((state) => `${state}${turn}`);
  const cast = new Map<State, E2ePerson>();
  for (const [i, person] of (await world.people(names)).entries()) {
    const state = wanted[i];
    if (state) cast.set(state, person);
  }
  const having = async <T>(state: State, make: (person: E2ePerson) => Promise<T>): Promise<T | undefined> => {
    const person = cast.get(state);
    return person && (await make(person));
  };
  const [asked, ending, held] = await Promise.all([
    having('pending', pending),
    having('revoking', (person) => active(person, 'revoking')),
    having('active', (person) => active(person, 'active')),
  ]);
  const struckAt = (ending ?? held)?.expiresAt ?? Date.now() + 10_000;
  const strikeAt = struckAt - leadMs;
  const [later, opening] = await Promise.all([
    having('scheduled', (person) =>
      submit(person, 'scheduled', { startsAt: new Date(strikeAt + 7_000).toISOString() }),
    ),
    having('granting', (person) => granting(world, person, strikeAt)),
  ]);
  if (ending) await until('the hold to be over', async () => (await statusOf(ending.made)) !== 'active');
  return [asked, later, opening, held?.made, ending?.made].filter((one) => one !== undefined);
}

/** Throws when the moment could not be met in several tries, which says that the machine is too busy. */
export async function bringInto(world: ChaosWorld, wanted: readonly State[]): Promise<Case[]> {
  const missed: string[] = [];
  for (let turn = 1; turn <= tries; turn++) {
    const cases = await together(world, wanted, turn);
    const seen = await Promise.all(cases.map(statusOf));
    const astray = cases.flatMap(({ state }, i) => {
      const status = seen[i];
      return status && onRecord[state].includes(status) ? [] : [`${state} was ${status}`];
    });
    if (astray.length === 0) return cases;
    missed.push(astray.join(', '));
    await world.cloud.eks.clearFaults();
  }
  throw new Error(`The moment was missed ${tries} times: ${missed.join('; ')}.`);
}
