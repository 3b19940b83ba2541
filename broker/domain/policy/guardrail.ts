/** The shape of every guardrail: looks at one question, returns what it found against it. */
import type { Catalog, CatalogRole } from '../catalog.ts';
import type { Caller } from '../identity.ts';
import type { Instant } from '../instant.ts';
import type { Asked } from '../request.ts';
import type { Finding } from './decision.ts';

/** What a guardrail may look at. `role` is absent where the catalog has none of that name. */
export interface Question {
  catalog: Catalog;
  asked: Asked;
  requester: Pick<Caller, 'person'>;
  now: Instant;
  /** Of an extension: when the first grant of its line began. */
  firstStart?: Instant;
  role?: CatalogRole;
}

export type Guardrail = (question: Question) => Finding[];
