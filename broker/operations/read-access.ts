/** Who may see a request, and who may end it: the requester, its reviewers, the operators. */
import type { Catalog } from '#domain/catalog.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';

export function isOperator(catalog: Pick<Catalog, 'operators'>, caller: Caller): boolean {
  return caller.person !== undefined && catalog.operators.includes(caller.person);
}

export function isConcerned(
  catalog: Pick<Catalog, 'operators'>,
  caller: Caller,
  request: AccessRequest,
): boolean {
  return (
    request.requester.key === callerKey(caller) ||
    (caller.person !== undefined && request.reviewers.includes(caller.person)) ||
    isOperator(catalog, caller)
  );
}
