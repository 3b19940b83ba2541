/** What the locked bucket tells about each request: all that the invariants believe about approvals and times. */
import type { MemoryAuditSink } from '#adapters/memory/audit-sink.ts';
import type { AuditEvent } from '#domain/audit-event.ts';
import type { Subject } from '#domain/identity.ts';
import type { Instant } from '#domain/instant.ts';
import type { Asked, Grant, Review } from '#domain/request.ts';

export interface Evident {
  id: string;
  asked: Asked;
  subject: Subject;
  clusterRole: string;
  digest: string;
  actor: string;
  approvals: Review[];
  /** When enough had said yes. */
  approvedAt?: Instant;
  grant?: Grant;
  /** Events in the bucket, by number. */
  seen: Set<number>;
  /** Number of the event that opened the grant. */
  openedBy?: number;
}

export class Evidence {
  readonly #sink: MemoryAuditSink;
  readonly #byId = new Map<string, Evident>();
  #read = 0;

  constructor(sink: MemoryAuditSink) {
    this.#sink = sink;
  }

  /** Requests of which the first event is there, by id. */
  get all(): ReadonlyMap<string, Evident> {
    if (this.#sink.objects.size > this.#read) {
      let i = 0;
      for (const text of this.#sink.objects.values()) if (i++ >= this.#read) this.#take(JSON.parse(text));
      this.#read = i;
    }
    return this.#byId;
  }

  #take(event: AuditEvent): void {
    const { facts } = event;
    if (event.type === 'submitted') {
      const { asked, subject, clusterRole, digest } = facts as unknown as Evident;
      const { actor, requestId } = event;
      this.#byId.set(requestId, {
        id: requestId,
        asked,
        subject,
        clusterRole,
        digest,
        actor,
        approvals: [],
        seen: new Set(),
      });
    }
    const found = this.#byId.get(event.requestId);
    if (!found) return;
    found.seen.add(event.seq);
    if (event.status === 'approved') found.approvedAt ??= event.at;
    const review = facts.review as Review | undefined;
    if (review?.answer === 'approve') found.approvals.push(review);
    if (event.type === 'grant-opened') {
      found.grant = facts.grant as Grant;
      found.openedBy = event.seq;
    }
  }
}
