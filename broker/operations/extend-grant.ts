/** Extends a grant by a successor: a request of its own that starts where the grant ends. The grant itself is never edited. */
import { NotAllowed, WrongStatus } from '#domain/errors.ts';
import { type Caller, subjectOf } from '#domain/identity.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import type { World } from '#ports';
import { readRequest } from './change-record.ts';
import { isRequester } from './same-requester.ts';
import { type SubmitNeeds, type Submitted, signedBy, submitAsked } from './submit-request.ts';

export interface ExtendInput {
  caller: Caller;
  /** Of the grant to extend. */
  id: string;
  durationSeconds: number;
  /** Those of the grant where not given. */
  reason?: string;
  ticket?: string;
  idempotencyKey?: string;
}

/** Throws as submitRequest does, NotAllowed for a stranger, WrongStatus where there is nothing to extend. */
export async function extendGrant(world: SubmitNeeds, input: ExtendInput): Promise<Submitted> {
  const { caller, id, durationSeconds, idempotencyKey } = input;
  const extended = await readRequest(world, id);
  const { asked, grant } = extended;
  refuseUnlessTheirs(caller, extended);
  // An emergency that goes on is asked for like anything else: there was time meanwhile.
  const { startsAt: _, breakGlass: __, ...rest } = asked;
  const reason = input.reason ?? asked.reason;
  const ticket = input.ticket ?? asked.ticket;
  const key = idempotencyKey === undefined ? {} : { idempotencyKey };
  const wanted = {
    ...rest,
    durationSeconds,
    reason,
    ...(ticket === undefined ? {} : { ticket }),
    extends: id,
  };
  // A repeat is answered as the first was, also once the grant is over.
  return submitAsked(world, { ...signedBy(caller), body: wanted, ...key }, async () => {
    if (extended.status !== 'active' || !grant || extended.endRequested)
      throw new WrongStatus(
        `Request ${id} is ${extended.status}: only a grant in force can be extended. Ask anew.`,
        {
          details: { requestId: id, status: extended.status },
        },
      );
    await refuseSecond(world, extended);
    const firstStart = extended.firstStart ?? grant.activatedAt ?? grant.openedAt;
    return { asked: { ...wanted, startsAt: grant.expiresAt }, firstStart };
  });
}

function refuseUnlessTheirs(caller: Caller, extended: AccessRequest): void {
  const { id, subject } = extended;
  const own = subject.kind !== 'unclaimed' && subjectOf(caller).kubernetes.name === subject.kubernetes.name;
  if (isRequester(caller, extended) && own) return;
  throw new NotAllowed(`Only the one who asked for ${id} can extend it, from the same IAM role.`);
}

/** Of two successors both would be answered for and run at the same time: the second is a mistake. */
async function refuseSecond(world: Pick<World, 'records'>, extended: AccessRequest): Promise<void> {
  const [first] = await successorsOf(world, extended);
  if (!first) return;
  throw new WrongStatus(
    `Request ${extended.id} is being extended already, by ${first.id}, which is ${first.status}.`,
    { details: { requestId: first.id, status: first.status } },
  );
}

/** More requests than anybody makes while one grant is in force. */
const newest = 100;

/** Requests that extend a grant and are not over. */
export async function successorsOf(
  world: Pick<World, 'records'>,
  { id, requester }: AccessRequest,
): Promise<AccessRequest[]> {
  const { items } = await world.records.listByRequester(requester.key, { limit: newest });
  return items.filter(({ asked, status }) => asked.extends === id && !isFinal(status));
}
