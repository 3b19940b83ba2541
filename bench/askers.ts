/** People who ask for access in a bench: several to an IAM role, signed in, without terminals of their own. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '#domain/errors.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { RequestView } from '#http/request-view.ts';
import type { LocalCloud } from '#local/cloud.ts';
import { region } from '#local/emulator/emulator.ts';
import { createCallers, type Person, people, permissionSet, signIn } from '#local/people.ts';
import { type Api, type NewRequest, openApi } from '../cli/api/client.ts';

export interface Asker {
  api: Api;
  session: string;
}

const peoplePerRole = 5;

export async function someAskers(cloud: LocalCloud, count: number): Promise<Asker[]> {
  const askers: Asker[] = [];
  for (let i = 0; i < count; i++) {
    const role = permissionSet(`Bench${Math.floor(i / peoplePerRole)}`);
    if (i % peoplePerRole === 0) await createCallers(cloud.emulator.url, role);
    askers.push(await asker(cloud, { session: `bench${i}@example.com`, role }));
  }
  return askers;
}

export async function asker(cloud: LocalCloud, person: Pick<Person, 'session' | 'role'>): Promise<Asker> {
  const credentials = await signIn(cloud.emulator.url, person);
  const identity = {
    credentials: async () => credentials,
    region: async () => region,
    signInHint: 'sign in again',
  };
  return { api: openApi({ url: new URL(cloud.apiUrl), identity }), session: person.session };
}

/** A reviewer of pod-reader. */
export const aReviewer = (cloud: LocalCloud) => asker(cloud, people.rita);

/** Asks, and has it approved where the role needs that. */
export async function ask(
  { api }: Asker,
  reviewer: Asker,
  body: Omit<NewRequest, 'cluster' | 'namespaces' | 'reason'> & { cluster: string },
): Promise<RequestView> {
  const key = randomUUID();
  const asked = await patiently(() =>
    api.submit({ ...body, namespaces: ['payments'], reason: 'how late does it end' }, key),
  );
  if (asked.status === 'pending') await patiently(() => approve(reviewer, asked));
  return asked;
}

/** Fine to repeat: where it is answered already, an earlier try did it. */
async function approve({ api }: Asker, { id, digest }: RequestView): Promise<void> {
  const { request } = await api.show(id);
  if (request.status === 'pending') await api.review(id, { answer: 'approve', digest });
}

const tries = 5;

/** A busy machine may not answer in time: what may be repeated is repeated. */
async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let left = tries; ; left--) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Unavailable) || left === 1) throw error;
      await sleep(lookEveryMs);
    }
  }
}

/** Seldom: looking must not be what makes the machine busy. */
const lookEveryMs = 4_000;

/** Looks until a request is `wanted` or over. Throws after 10 minutes. */
export async function untilStatus(
  { api }: Asker,
  id: string,
  wanted: 'active' | 'revoked',
): Promise<RequestView> {
  for (const deadline = Date.now() + 600_000; Date.now() < deadline; ) {
    const { request } = await patiently(() => api.show(id));
    if (request.status === wanted || isFinal(request.status)) return request;
    await sleep(lookEveryMs);
  }
  throw new Error(`Request ${id} was not ${wanted} after 10 minutes.`);
}
