/** Whom a signed call asks for: whoever signed it, or somebody else, who has to claim it. */
import type { Whom } from '#domain/claim.ts';
import { NotAllowed } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import { personOf } from '#domain/people.ts';
import type { Submission } from '#domain/request.ts';
import type { World } from '#ports';

/** Throws NotAllowed where somebody whom nobody knows asks for others. */
export function askedForBy(
  { catalog }: Pick<World, 'catalog'>,
  caller: Caller,
  { onBehalfOf }: Pick<Submission, 'onBehalfOf'>,
): Whom {
  if (onBehalfOf === undefined) return caller;
  const { person } = caller;
  if (person === undefined)
    throw new NotAllowed(
      'Only people ask for others: nobody vouches for the session name of your IAM role, or it is for workloads.',
    );
  return { person: personOf(catalog.people, onBehalfOf), by: { kind: 'person', person } };
}
