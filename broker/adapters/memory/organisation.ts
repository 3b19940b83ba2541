/** The organisation's policy in memory: a function in place of Rego; allows everything until a test says otherwise. */
import { noObjection, type PolicyInput } from '#domain/policy/organisation.ts';
import type { Metrics, OrganisationPolicy } from '#ports';
import { type Evaluate, judgedOrganisation } from '../judged-organisation.ts';

export class MemoryOrganisation implements OrganisationPolicy {
  /** What it was asked, oldest first. */
  readonly judged: PolicyInput[] = [];
  /** Answers with any document, as Rego may; a rejection is a policy that fails. */
  answer: Evaluate = async () => noObjection;
  readonly #organisation: OrganisationPolicy;

  constructor(metrics: Pick<Metrics, 'count'>) {
    this.#organisation = judgedOrganisation((input) => this.answer(input), metrics);
  }

  judge(input: PolicyInput) {
    this.judged.push(structuredClone(input));
    return this.#organisation.judge(input);
  }
}
