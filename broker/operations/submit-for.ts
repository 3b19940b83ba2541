/** Submits a request for somebody who has not signed it: a verified ticket asks, or another person. They have to claim it. */
import type { Awaited } from '#domain/claim.ts';
import { personOf } from '#domain/people.ts';
import type { Asked } from '#domain/request.ts';
import { type SubmitNeeds, type Submitted, submitAsked } from './submit-request.ts';

export interface SubmitForInput extends Awaited {
  asked: Asked;
  /** Of whatever asked, such as the ticket and what it said: the same key with the same `asked` answers with the same request. */
  idempotencyKey: string;
}

/**
 * `person`: by whichever of their names, as who asks vouches for it. Throws as submitRequest does: RequestRefused (recorded as
 * denied, but for too many) and IdempotencyMismatch.
 */
export async function submitFor(
  world: SubmitNeeds,
  { asked, idempotencyKey, ...input }: SubmitForInput,
): Promise<Submitted> {
  const awaited: Awaited = { ...input, person: personOf(world.catalog.people, input.person) };
  const { person, by } = awaited;
  const asker = by.kind === 'ticket' ? ['ticket', by.source] : ['person', by.person];
  const body = { person, by, from: awaited.from ?? null, asked };
  return submitAsked(world, { whom: awaited, scope: ['for', ...asker], body, idempotencyKey }, async () => ({
    asked,
  }));
}
