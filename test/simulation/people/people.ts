/** What people do: each through the API's operations as one function call, tried again when a service did not answer. */
import { CurfewError, Unavailable } from '#domain/errors.ts';
import { givenScopeSchema } from '#domain/given-scope.ts';
import type { Review } from '#domain/request.ts';
import { submissionSchema } from '#domain/request.ts';
import { extendGrant } from '#operations/extend-grant.ts';
import { liftKill, orderKill } from '#operations/kill-orders.ts';
import { reviewAfterwards } from '#operations/review-afterwards.ts';
import { openReviewLink, reviewByLink } from '#operations/review-by-link.ts';
import { reviewRequest } from '#operations/review-request.ts';
import { revokeGrant } from '#operations/revoke-grant.ts';
import { submitRequest } from '#operations/submit-request.ts';
import { verifyCaller } from '#operations/verify-caller.ts';
import { withdrawRequest } from '#operations/withdraw-request.ts';
import type { World } from '#ports';
import type { Cloud } from '../cloud/cloud.ts';
import { apiSeconds } from '../cloud/functions.ts';
import { type ClusterName, callers, type Name, personOf } from './cast.ts';
import type { Deeds } from './deeds.ts';
import type { KillTarget } from './history.ts';
import { ticketFor } from './tickets.ts';

/** People lose patience after this many tries. */
const tries = 3;

export interface Asking {
  cluster?: ClusterName;
  role: string;
  allow?: string[];
  namespaces: string[];
  seconds: number;
  startsInSeconds?: number;
  breakGlass?: boolean;
}

export class People {
  readonly #cloud: Cloud;
  readonly #deeds: Deeds;
  #keys = 0;

  constructor(cloud: Cloud, deeds: Deeds) {
    this.#cloud = cloud;
    this.#deeds = deeds;
  }

  /** Id of the request, when the answer came. */
  async ask(who: Name, asking: Asking): Promise<string | undefined> {
    const {
      cluster = 'payments-prod',
      role,
      allow,
      namespaces,
      seconds,
      startsInSeconds,
      breakGlass,
    } = asking;
    this.#keys += 1;
    const idempotencyKey = `key-${this.#keys}`;
    const startsAt =
      startsInSeconds === undefined
        ? {}
        : { startsAt: new Date(this.#cloud.scheduler.now + startsInSeconds * 1000).toISOString() };
    const body = {
      cluster,
      namespaces,
      role,
      ...(allow ? { allow } : {}),
      duration: `${seconds}s`,
      reason: 'Checkout is slow',
      ticket: ticketFor(seconds),
      ...startsAt,
      ...(breakGlass ? { breakGlass } : {}),
    };
    const submitted = await this.#call(
      who,
      `asks for ${allow ? `${allow.join('; ')} of ` : ''}${role}${breakGlass ? ' by break-glass' : ''} in ${namespaces.join('+')} on ${cluster} for ${seconds} s`,
      (world, caller) =>
        submitRequest(world, { caller, submission: submissionSchema.parse(body), idempotencyKey }),
    );
    return submitted?.request.id;
  }

  async extend(who: Name, id: string, seconds: number): Promise<string | undefined> {
    this.#keys += 1;
    const idempotencyKey = `key-${this.#keys}`;
    const submitted = await this.#call(who, `extends ${id} by ${seconds} s`, (world, caller) =>
      extendGrant(world, { caller, id, durationSeconds: seconds, idempotencyKey }),
    );
    return submitted?.request.id;
  }

  async review(
    who: Name,
    id: string,
    { answer, via, digest }: { answer: Review['answer']; via: 'mail' | 'signed'; digest: 'shown' | 'other' },
  ): Promise<void> {
    const { scheduler, twins } = this.#cloud;
    const what = answer === 'approve' ? ('approve' as const) : ('deny' as const);
    const other = 'f'.repeat(64);
    if (via === 'mail') {
      const secret = this.#mailed(who, id);
      if (secret === undefined) return;
      const deed =
        digest === 'shown' ? this.#deeds.try({ at: scheduler.now, by: who, what, requestId: id }) : undefined;
      const done = await this.#call(who, `answers ${id} by mail: ${answer}`, async (world) => {
        const { request } = await openReviewLink(world, { secret });
        return reviewByLink(world, { secret, answer, digest: digest === 'shown' ? request.digest : other });
      });
      if (done && deed) deed.answered = true;
      return;
    }
    const shown = digest === 'shown' ? twins.records.requests.get(id)?.digest : other;
    if (shown === undefined) return;
    const deed =
      digest === 'shown' ? this.#deeds.try({ at: scheduler.now, by: who, what, requestId: id }) : undefined;
    const done = await this.#call(who, `answers ${id}, signed: ${answer}`, (world, caller) =>
      reviewRequest(world, { caller, id, answer, digest: shown }),
    );
    if (done && deed) deed.answered = true;
  }

  async lookBack(who: Name, id: string, verdict: 'accept' | 'dispute'): Promise<void> {
    const { scheduler, twins } = this.#cloud;
    const digest = twins.records.requests.get(id)?.digest;
    if (digest === undefined) return;
    const deed = this.#deeds.try({ at: scheduler.now, by: who, what: 'look back', requestId: id });
    const done = await this.#call(who, `looks back at ${id}: ${verdict}`, (world, caller) =>
      reviewAfterwards(world, { caller, id, verdict, reason: 'As far as I see', digest }),
    );
    if (done) deed.answered = true;
  }

  async withdraw(who: Name, id: string): Promise<void> {
    const deed = this.#deeds.try({ at: this.#cloud.scheduler.now, by: who, what: 'withdraw', requestId: id });
    const done = await this.#call(who, `withdraws ${id}`, (world, caller) =>
      withdrawRequest(world, { caller, id }),
    );
    if (done) deed.answered = true;
  }

  async end(who: Name, id: string): Promise<void> {
    const deed = this.#deeds.try({ at: this.#cloud.scheduler.now, by: who, what: 'end', requestId: id });
    const done = await this.#call(who, `ends ${id}`, (world, caller) =>
      revokeGrant(world, { caller, id, reason: 'Not needed any more' }),
    );
    if (!done) return;
    deed.answered = true;
    deed.at = this.#cloud.scheduler.now;
  }

  /** Id of the order that is on, when the answer came. */
  async kill(who: Name, target: KillTarget): Promise<string | undefined> {
    const scope = givenScopeSchema.parse(givenScope(target));
    this.#deeds.killsTried.push({ by: who, target });
    const done = await this.#call(who, `orders a kill of ${JSON.stringify(scope)}`, (world, caller) =>
      orderKill(world, { caller, scope, reason: 'Credentials leaked' }),
    );
    if (!done) return undefined;
    const { id } = done.order;
    this.#deeds.kill({ id, target, at: this.#cloud.scheduler.now });
    return id;
  }

  async lift(who: Name, id: string): Promise<void> {
    this.#deeds.lift(id, this.#cloud.scheduler.now);
    await this.#call(who, `lifts the kill order ${id}`, (world, caller) =>
      liftKill(world, { caller, id, reason: 'All clear' }),
    );
  }

  /** Secret of the newest link that was mailed to them for a request. */
  #mailed(who: Name, id: string): string | undefined {
    const person = personOf(who);
    const mail = this.#cloud.twins.mailer.sent.findLast(({ to, text }) => to === person && text.includes(id));
    return mail?.text.split('/review/')[1];
  }

  /** Undefined when it was refused, or nobody answered in all tries. */
  async #call<T>(
    who: Name,
    words: string,
    work: (world: World, caller: (typeof callers)[Name]) => Promise<T>,
  ): Promise<T | undefined> {
    const { scheduler, story } = this.#cloud;
    const { principal, sessionName } = callers[who];
    const userArn = `arn:aws:sts::${principal.account}:assumed-role/${principal.roleName}/${sessionName}`;
    for (let attempt = 1; ; attempt++) {
      story.tell(() => `${who} ${words}`);
      try {
        return await this.#cloud.api(async (world) => {
          const caller = await verifyCaller(world, {
            userArn,
            callerId: `${this.#roleId(who)}:${sessionName}`,
          });
          return work(world, caller);
        }, apiSeconds);
      } catch (failure) {
        const cause = (failure as { cause?: unknown }).cause;
        story.tell(
          () => `${who} is told: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : failure}`,
        );
        const refused = cause instanceof CurfewError && !(cause instanceof Unavailable);
        if (refused || attempt >= tries) return undefined;
        await new Promise<void>((resolve) => scheduler.in(2_000, resolve));
      }
    }
  }

  /** Of the role as it is now: whoever signs in anew is of the role made anew. */
  #roleId(who: Name): string {
    const { account, roleName, roleId } = callers[who].principal;
    return this.#cloud.twins.identities.roles.get(`${account}/${roleName}`)?.roleId ?? roleId;
  }
}

/** As `curfew kill` sends it. */
function givenScope(target: KillTarget): unknown {
  switch (target.kind) {
    case 'everything':
      return { kind: 'everything' };
    case 'cluster':
      return { kind: 'cluster', value: target.of };
    case 'principal':
      return { kind: 'principal', value: callers[target.of].principal.arn };
    case 'person':
      return { kind: 'person', value: personOf(target.of) };
  }
}
