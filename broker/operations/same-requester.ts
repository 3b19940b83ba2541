/** Whether it is the caller who asked: a person in whatever role; of a CI job or agent, the same run in the same IAM role only. */
import { type Caller, callerKey } from '#domain/identity.ts';
import type { AccessRequest } from '#domain/request.ts';

export function isRequester(caller: Caller, { requester }: Pick<AccessRequest, 'requester'>): boolean {
  if (requester.key !== callerKey(caller)) return false;
  const { workload } = requester;
  return (
    workload === undefined ||
    (requester.principalArn === caller.principal.arn &&
      workload.issuer === caller.workload?.issuer &&
      workload.runId === caller.workload.runId)
  );
}
