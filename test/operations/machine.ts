/** Walks executions through the operations as the state machine does, in virtual time, so that tests can tell a whole story. */
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { outcomeOf } from '#domain/error-table.ts';
import { msBetween } from '#domain/instant.ts';
import type { SignedPlan, UnbindPlan, UnbindResult } from '#domain/plan.ts';
import { askReviewers } from '#operations/ask-reviewers.ts';
import { awaitClaim } from '#operations/await-claim.ts';
import { bindRole } from '#operations/bind-role.ts';
import { closeGrant } from '#operations/close-grant.ts';
import { defineRole } from '#operations/define-role.ts';
import { endGrant } from '#operations/end-grant.ts';
import { holdGrant } from '#operations/hold-grant.ts';
import { openGrant } from '#operations/open-grant.ts';
import { shipEvents } from '#operations/ship-events.ts';
import { surveyCluster } from '#operations/survey-cluster.ts';
import { sweepGrants } from '#operations/sweep-grants.ts';
import { unbindRole } from '#operations/unbind-role.ts';

interface Walk {
  state: string;
  input: unknown;
  token?: string;
  /** Virtual time at which the waiting state times out. */
  until?: string;
  expiresAt?: string;
}

export class Machine {
  readonly #world: MemoryWorld;
  readonly #walks = new Map<string, Walk>();
  readonly trace: string[] = [];
  #seconds = 0;
  /** Off: nothing of the state machine runs, only the sweep. */
  running = true;

  constructor(world: MemoryWorld) {
    this.#world = world;
    world.inside.clusterLeg.connect(
      (plan) => unbindRole(world, plan),
      (plan) => surveyCluster(world, plan),
    );
  }

  /** Lets everything run that can run now, without time passing but what operations sleep and retries wait. */
  async run(): Promise<void> {
    if (!this.running) return;
    for (const [id, { status }] of this.#world.inside.executions.executions) {
      if (status === 'running' && !this.#walks.has(id))
        this.#walks.set(id, { state: 'AskReviewers', input: {} });
    }
    for (const [id, walk] of this.#walks) {
      while (await this.#step(id, walk));
    }
    await this.#stream();
  }

  /** As the table's stream does: what was written is shipped soon after, or later by the sweep. */
  async #stream(): Promise<void> {
    const { records } = this.#world.inside;
    for (const requestId of await records.unshippedRequests(100)) {
      await shipEvents(this.#world, { requestId }).catch(() => undefined);
    }
  }

  /** Lets time pass in steps of a second, with a sweep each minute. */
  async pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await this.run();
      this.#world.inside.clock.advance(1000);
      this.#seconds += 1;
      if (this.#seconds % 60 === 0) await sweepGrants(this.#world).catch(() => undefined);
    }
    await this.run();
  }

  /** The state in which an execution is, or undefined once it has ended. */
  stateOf(id: string): string | undefined {
    return this.#walks.get(id)?.state;
  }

  /** As an administrator's StopExecution: the execution is over, whatever it held. */
  stop(id: string): void {
    const walk = this.#walks.get(id);
    if (walk?.token) this.#world.inside.executions.closeToken(walk.token);
    this.#walks.delete(id);
    this.#world.inside.executions.end(id);
  }

  #go(id: string, walk: Walk, state: string, input: unknown): boolean {
    this.trace.push(state);
    if (state === 'End') {
      this.stop(id);
      return false;
    }
    delete walk.token;
    delete walk.until;
    Object.assign(walk, { state, input });
    return true;
  }

  async #step(id: string, walk: Walk): Promise<boolean> {
    if (!this.#walks.has(id)) return false;
    if (walk.token) return this.#waited(id, walk, walk.token);
    const world = this.#world;
    const now = () => world.inside.clock.now();
    switch (walk.state) {
      case 'AskReviewers': {
        walk.token = world.inside.executions.issueToken();
        walk.until = (await world.inside.records.read(id))?.reviewBy ?? now();
        const taskToken = walk.token;
        const asked = await this.#try(3, () => askReviewers(world, { requestId: id, taskToken }));
        return asked.worked || this.#go(id, walk, 'OpenGrant', {});
      }
      case 'OpenGrant': {
        const opened = await this.#try(5, () => openGrant(world, { requestId: id }));
        if (!opened.worked && opened.error === 'AskedAgain') return this.#go(id, walk, 'AskReviewers', {});
        if (!opened.worked && opened.error === 'ClaimAwaited') return this.#go(id, walk, 'AwaitClaim', {});
        if (!opened.worked && opened.error === 'NotDue') return this.#go(id, walk, 'AwaitStart', {});
        if (!opened.worked)
          return this.#go(id, walk, opened.error === 'NotApproved' ? 'End' : 'EndGrant', {
            cause: opened.error,
          });
        walk.expiresAt = opened.result.plan.expiresAt;
        return this.#go(id, walk, 'BindRole', opened.result);
      }
      case 'AwaitClaim': {
        walk.token = world.inside.executions.issueToken();
        const { claimSeconds } = JSON.parse(world.inside.executions.executions.get(id)?.input ?? '{}');
        walk.until = new Date(Date.parse(now()) + claimSeconds * 1000).toISOString();
        const taskToken = walk.token;
        const awaited = await this.#try(3, () => awaitClaim(world, { requestId: id, taskToken }));
        return awaited.worked || this.#go(id, walk, 'OpenGrant', {});
      }
      case 'AwaitStart': {
        const { opensAt } = JSON.parse(world.inside.executions.executions.get(id)?.input ?? '{}');
        return now() >= opensAt && this.#go(id, walk, 'OpenGrant', {});
      }
      case 'BindRole': {
        const bound = await this.#try(3, () => bindRole(world, structuredClone(walk.input) as SignedPlan));
        if (!bound.worked && bound.error === 'RoleUndefined')
          return this.#go(id, walk, 'DefineRole', walk.input);
        return this.#go(
          id,
          walk,
          bound.worked ? 'HoldGrant' : 'EndGrant',
          bound.worked ? bound.result : { cause: bound.error },
        );
      }
      case 'DefineRole': {
        const plan = structuredClone(walk.input) as SignedPlan;
        const defined = await this.#try(3, () => defineRole(world, plan));
        return defined.worked
          ? this.#go(id, walk, 'BindRole', walk.input)
          : this.#go(id, walk, 'EndGrant', { cause: defined.error });
      }
      case 'HoldGrant': {
        walk.token = world.inside.executions.issueToken();
        const seconds = Math.max(1, Math.floor(msBetween(now(), walk.expiresAt ?? now()) / 1000) - 4);
        walk.until = new Date(Date.parse(now()) + seconds * 1000).toISOString();
        const { bindings } = walk.input as Awaited<ReturnType<typeof bindRole>>;
        const taskToken = walk.token;
        const held = await this.#try(1, () => holdGrant(world, { requestId: id, taskToken, bindings }));
        return held.worked || this.#go(id, walk, 'EndGrant', { cause: held.error });
      }
      case 'EndGrant': {
        const { cause } = walk.input as { cause?: string };
        const ended = await this.#try(8, () =>
          endGrant(world, { requestId: id, ...(cause ? { cause } : {}) }),
        );
        if (!ended.worked || !ended.result.standing) return this.#go(id, walk, 'End', {});
        return this.#go(id, walk, 'UnbindRole', ended.result.plan);
      }
      case 'UnbindRole': {
        const plan = walk.input as UnbindPlan;
        const unbound = await this.#try(8, (retry) => unbindRole(world, { ...plan, retried: retry > 0 }));
        return this.#go(
          id,
          walk,
          unbound.worked ? 'CloseGrant' : 'End',
          unbound.worked ? unbound.result : {},
        );
      }
      default: {
        await this.#try(8, () => closeGrant(world, { requestId: id, unbound: walk.input as UnbindResult }));
        return this.#go(id, walk, 'End', {});
      }
    }
  }

  #waited(id: string, walk: Walk, token: string): boolean {
    const { executions, clock } = this.#world.inside;
    const delivery = executions.deliveries.find(({ taskToken }) => taskToken === token);
    const timedOut = walk.until !== undefined && clock.now() >= walk.until;
    if (!delivery && !timedOut) return false;
    executions.closeToken(token);
    if (walk.state === 'HoldGrant')
      return this.#go(id, walk, 'EndGrant', { cause: delivery ? 'EndRequested' : 'States.Timeout' });
    const over = delivery?.error === 'Denied' || delivery?.error === 'Withdrawn';
    return this.#go(id, walk, over ? 'End' : 'OpenGrant', {});
  }

  async #try<T>(
    attempts: number,
    work: (retry: number) => Promise<T>,
  ): Promise<{ worked: true; result: T } | { worked: false; error: string }> {
    for (let retry = 0; ; retry++) {
      try {
        return { worked: true, result: await work(retry) };
      } catch (error) {
        const name = error instanceof Error ? error.name : 'Error';
        if (retry + 1 >= attempts || !outcomeOf(error).retry) return { worked: false, error: name };
        this.#world.inside.clock.advance(1000 * 2 ** retry);
      }
    }
  }
}
