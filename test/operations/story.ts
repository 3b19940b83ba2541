/** Steps of a story in memory: asking, answering by the mailed link, looking. */
import type { MemoryWorld } from '#adapters/memory/world.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest, Status } from '#domain/request.ts';
import { openReviewLink, reviewByLink } from '#operations/review-by-link.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { aCaller, type PersonName } from '../builders/caller.ts';

export async function ask(
  world: MemoryWorld,
  who: PersonName | 'ci' | Caller = 'alice',
  asked: {
    seconds?: number;
    role?: string;
    namespaces?: string[];
    startsAt?: string;
    breakGlass?: boolean;
    ticket?: string;
    allow?: string[];
  } = {},
): Promise<AccessRequest> {
  const { seconds = 60, role = 'pod-reader', namespaces = ['payments'], startsAt, breakGlass } = asked;
  const { ticket = 'INC-1042', allow } = asked;
  const submission = {
    cluster: 'payments-prod',
    namespaces,
    role,
    duration: seconds,
    reason: 'Checkout is slow',
    ticket,
    ...(allow === undefined ? {} : { allow }),
    ...(startsAt === undefined ? {} : { startsAt }),
    ...(breakGlass === undefined ? {} : { breakGlass }),
  };
  const { request } = await submitRequest(world, {
    caller: typeof who === 'string' ? aCaller(who) : who,
    submission,
  });
  return request;
}

/** The secret of the newest link that was mailed to a reviewer for a request. */
export function mailedSecret(
  world: MemoryWorld,
  request: AccessRequest,
  reviewer = 'rita@example.com',
): string {
  const mail = world.inside.mailer.sent.findLast(
    ({ to, text }) => to === reviewer && text.includes(request.id),
  );
  const secret = mail?.text.split('/review/')[1];
  if (!secret) throw new Error(`No mail to ${reviewer} for ${request.id}.`);
  return secret;
}

export async function answerByMail(
  world: MemoryWorld,
  request: AccessRequest,
  answer: 'approve' | 'deny' = 'approve',
  reviewer = 'rita@example.com',
): Promise<AccessRequest> {
  const secret = mailedSecret(world, request, reviewer);
  const { request: shown } = await openReviewLink(world, { secret });
  return reviewByLink(world, { secret, answer, digest: shown.digest });
}

export async function statusOf(world: MemoryWorld, { id }: AccessRequest): Promise<Status | undefined> {
  return (await world.inside.records.read(id))?.status;
}
