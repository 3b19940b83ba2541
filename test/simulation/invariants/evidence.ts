/** What the locked bucket tells about each request: all that the invariants believe about approvals and times. */
import type { AfterReview, AfterReviewAnswer } from '#domain/after-review.ts';
import type { AnyEvent } from '#domain/audit-event.ts';
import type { Subject } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import type { Decision } from '#domain/policy/decision.ts';
import type { Asked, Grant, Review } from '#domain/request.ts';
import type { Bucket } from '../cloud/bucket.ts';

export interface Evident {
  id: string;
  asked: Asked;
  subject: Subject;
  clusterRole: string;
  /** Of one that is for some of its role only. */
  task?: { rulesDigest: string };
  digest: string;
  actor: string;
  approvals: Review[];
  decision: Decision;
  askedAt: Instant;
  afterReview?: AfterReview;
  /** Who has looked back at it. */
  lookedBack?: AfterReviewAnswer;
  /** When enough had said yes. */
  approvedAt?: Instant;
  grant?: Grant;
  /** When the grant expires, in milliseconds: it is looked at after every step. */
  expires: number;
  /** Events in the bucket, by number. */
  seen: Set<number>;
  /** Number of the event that opened the grant. */
  openedBy?: number;
}

export class Evidence {
  readonly #bucket: Bucket;
  readonly #byId = new Map<string, Evident>();
  #read = 0;

  constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** Requests of which the first event is there, by id. */
  get all(): ReadonlyMap<string, Evident> {
    const { events } = this.#bucket;
    for (; this.#read < events.length; this.#read++) {
      const event = events[this.#read];
      if (event) this.#take(event);
    }
    return this.#byId;
  }

  #take(event: AnyEvent): void {
    const { facts } = event;
    if (event.type === 'submitted') {
      const { asked, subject, clusterRole, task, digest, decision, afterReview } =
        facts as unknown as Evident;
      const { actor, requestId } = event;
      this.#byId.set(requestId, {
        id: requestId,
        asked,
        subject,
        clusterRole,
        ...(task ? { task } : {}),
        digest,
        actor,
        approvals: [],
        decision,
        askedAt: event.at,
        ...(afterReview ? { afterReview } : {}),
        expires: Number.NaN,
        seen: new Set(),
      });
    }
    const found = this.#byId.get(event.requestId);
    if (!found) return;
    if (event.type === 'asked-again') {
      const { clusterRole, task, digest } = facts as unknown as Evident;
      Object.assign(found, { clusterRole, digest, ...(task ? { task } : {}) });
      delete found.approvedAt;
    }
    found.seen.add(event.seq);
    if (event.status === 'approved') found.approvedAt ??= event.at;
    const review = facts.review as Review | undefined;
    if (review?.answer === 'approve') found.approvals.push(review);
    if (event.type === 'after-reviewed') found.lookedBack = facts.afterReview as AfterReviewAnswer;
    if (event.type === 'grant-opened') {
      found.grant = facts.grant as Grant;
      found.expires = Date.parse(found.grant.expiresAt);
      found.openedBy = event.seq;
    }
  }
}
