/** Who may see a request, and who may end it: the requester, who asked in their place, its reviewers, those who look back at it, the operators. */
import { afterReviewersOf } from '#domain/break-glass.ts';
import type { Catalog } from '#domain/catalog.ts';
import { askedAs } from '#domain/claim.ts';
import type { Caller } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';
import { isRequester } from './same-requester.ts';

export function isOperator(catalog: Pick<Catalog, 'operators'>, caller: Caller): boolean {
  return caller.person !== undefined && catalog.operators.includes(caller.person);
}

export function isConcerned(
  catalog: Pick<Catalog, 'operators' | 'reviewers' | 'people'>,
  caller: Caller,
  request: AccessRequest,
): boolean {
  const { person } = caller;
  return (
    isRequester(caller, request) ||
    askedAs(caller, request.requester.askedBy) ||
    (person !== undefined && request.reviewers.includes(person)) ||
    (person !== undefined && isToldOf(catalog, person, request)) ||
    isOperator(catalog, caller)
  );
}

/** Of break-glass: whoever was told of it may look at it and end it, and whoever looks back at it now. */
function isToldOf(
  catalog: Pick<Catalog, 'operators' | 'reviewers' | 'people'>,
  person: string,
  request: AccessRequest,
): boolean {
  const told = request.notice?.to.includes(person) ?? false;
  return told || afterReviewersOf(catalog, request, request.createdAt).includes(person);
}
