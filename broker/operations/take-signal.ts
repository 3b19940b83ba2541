/** Takes a signal about a person from those who may send it: a lost device, an alarm; what it makes too risky is ended. */
import { listed } from '#domain/catalog-lookup.ts';
import { NotAllowed } from '#domain/errors.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { personOf } from '#domain/people.ts';
import type { AccessRequest } from '#domain/request.ts';
import { endRisky, noteSignal, riskNow } from '#domain/transitions/note-signal.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import { endEarly } from './end-early.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'executions'>;

export interface SignalInput {
  caller: Caller;
  /** As the catalog lists it. */
  signal: string;
  person: string;
  note?: string;
}

export interface SignalTaken {
  /** What it was about, with the risk as it is now. */
  requests: { id: string; status: AccessRequest['status']; risk: number; ended: boolean }[];
}

/** More than one person has open. */
const newest = 100;
const together = 10;

/** Idempotent: a signal counts once for each request. Throws NotAllowed for whoever the catalog doesn't list for it. */
export async function takeSignal(
  world: Needs,
  { caller, signal, person, note }: SignalInput,
): Promise<SignalTaken> {
  const { signals, endFrom } = world.catalog.risk;
  const known = listed(signals, signal);
  if (!known?.from.includes(caller.principal.arn))
    throw new NotAllowed(
      'Your IAM role may not send this signal. The catalog lists who may, under risk.signals.',
    );
  const { items } = await world.records.listByRequester(personOf(world.catalog.people, person), {
    limit: newest,
  });
  const by = callerKey(caller);
  const open = items.filter(({ status }) => !isFinal(status) && status !== 'revoking');
  const requests: SignalTaken['requests'] = [];
  await atMost(together, open, async ({ id }) => {
    const at = world.clock.now();
    const one = { name: signal, points: known.points, at, by, ...(note === undefined ? {} : { note }) };
    await changeRecord(world, id, (before) => noteSignal(before, one));
    const wish = { by, reason: `the risk has grown (${signal})` };
    const after = await endEarly(world, id, wish, (before) =>
      endFrom === undefined ? undefined : endRisky(before, endFrom, { at: world.clock.now(), by }),
    );
    const ended = after.endRequested !== undefined || isFinal(after.status);
    requests.push({ id, status: after.status, risk: riskNow(after), ended });
  });
  return { requests };
}
