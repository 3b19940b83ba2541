/** The shape of every guardrail: looks at one question, returns what it found. */
import type { Catalog, CatalogRole, PolicyRule } from '../catalog.ts';
import type { SurveyedRole } from '../foreign-role.ts';
import type { Instant } from '../instant.ts';
import type { KillSwitch } from '../kill-scope.ts';
import type { NamespaceLabels } from '../namespaces.ts';
import type { AccessRequest, Asked } from '../request.ts';
import type { TicketLook } from '../ticket.ts';
import type { Finding } from './decision.ts';

/** What is known of an earlier request of the same person or workload. */
export type PastRequest = Pick<
  AccessRequest,
  'id' | 'status' | 'createdAt' | 'asked' | 'requester' | 'afterReview'
>;

/** What has to be read before a decision; no decision is made without it. */
export interface Circumstances {
  /** Other requests of the same person or workload, newest first; of break-glass, all whose after-review is open. */
  past: readonly PastRequest[];
  /** One that covers the request and is on. */
  killSwitch?: KillSwitch;
  /** What the organisation's own policy found. */
  organisation: readonly Finding[];
  /** What would be granted. */
  rules: readonly PolicyRule[];
  /** Of a role that isn't ours: as it stands on the cluster. */
  surveyed?: SurveyedRole;
  /** What came of looking at the ticket, where the catalog has it looked at. */
  ticket?: TicketLook;
  /** Of the namespaces asked for that the role is for by their labels alone: those that exist, as they are labelled now. */
  labels?: Readonly<Record<string, NamespaceLabels>>;
}

/** What a guardrail may look at. `role` is absent where the catalog has none of that name. */
export interface Question extends Circumstances {
  catalog: Catalog;
  asked: Asked;
  requester: Pick<AccessRequest['requester'], 'person' | 'sessionName' | 'network' | 'workload' | 'askedBy'>;
  now: Instant;
  /** Of an extension: when the first grant of its line began. */
  firstStart?: Instant;
  role?: CatalogRole;
}

export type Guardrail = (question: Question) => Finding[];
