/** Judges by the organisation's policy, wherever that is evaluated: whatever goes wrong there refuses, and is counted. */
import { type PolicyInput, readVerdict, refusedBy } from '#domain/policy/organisation.ts';
import type { Metrics, OrganisationPolicy } from '#ports';
import { errorName } from './unavailable.ts';

/** The policy's answer as it came, undefined where it has none. Rejects with PolicyFault for what can be told. */
export type Evaluate = (input: PolicyInput) => Promise<unknown>;

/** What is wrong with the policy, in words that continue a sentence; no input and no secret in them. */
export class PolicyFault extends Error {
  override readonly name = 'PolicyFault';
}

export function judgedOrganisation(evaluate: Evaluate, metrics: Pick<Metrics, 'count'>): OrganisationPolicy {
  return {
    async judge(input) {
      const read = await evaluate(input).then(readVerdict, (error: unknown) => ({ fault: faultOf(error) }));
      if ('verdict' in read) return read.verdict;
      metrics.count('PolicyFailed', 1);
      return refusedBy(read.fault);
    },
  };
}

/** Only our own words: those of others may repeat what the policy was asked. */
function faultOf(error: unknown): string {
  return error instanceof PolicyFault ? error.message : `it failed (${errorName(error)})`;
}
