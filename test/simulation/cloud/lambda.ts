/** Functions as Lambda runs them: JSON in and out, input parsed by the real schemas, cold starts and time-outs. */

import { MemoryUsage } from '#adapters/memory/usage.ts';
import { MemoryUsageLines } from '#adapters/memory/usage-lines.ts';
import { memoryPages } from '#adapters/memory/world.ts';
import { webAuthn } from '#adapters/web-authn.ts';
import { CurfewError, IdentityRefused } from '#domain/errors.ts';
import { noObjection } from '#domain/policy/organisation.ts';
import type { World } from '#ports';
import { TaskFailure } from '../asl/host.ts';
import { type FunctionName, functions } from './functions.ts';
import { Invocation, type Surroundings } from './invocation.ts';
import { called, calledCluster } from './ports.ts';

export class Lambda {
  readonly #around: Surroundings;
  readonly #skewMs: number;
  readonly #catalog: () => World['catalog'];
  /** Invocations by name, for counts. */
  invocations = 0;
  /** The first end of a function by an error that is no part of any port or operation. */
  surprise: string | undefined;

  constructor(around: Surroundings, skewMs: number, catalog: () => World['catalog']) {
    this.#around = around;
    this.#skewMs = skewMs;
    this.#catalog = catalog;
  }

  /** Rejects with TaskFailure, by the class name of what was thrown. */
  invoke(name: FunctionName, payload: unknown): Promise<unknown> {
    const { input, seconds, work } = functions[name];
    const event: unknown = JSON.parse(JSON.stringify(payload));
    return this.run(name, seconds, async (world) => {
      const result: unknown = await work(world, input.parse(event));
      return result === undefined ? null : (JSON.parse(JSON.stringify(result)) as unknown);
    });
  }

  /** Any work in a function of its own. */
  run<T>(name: string, seconds: number, work: (world: World) => Promise<T>): Promise<T> {
    const { scheduler, chance, tell } = this.#around;
    this.invocations += 1;
    return new Promise((resolve, reject) => {
      const skew = this.#skewMs === 0 ? 0 : chance.whole(-this.#skewMs / 2, this.#skewMs / 2);
      const invocation = new Invocation(this.#around, name, skew, (error) => {
        tell(() => `${name} ends: ${error instanceof TaskFailure ? error.error : error.message}`);
        reject(error);
      });
      // Now and then the function is cold.
      scheduler.in(chance.perMille(30) ? chance.whole(200, 900) : chance.whole(5, 40), () => {
        const timeout = scheduler.in(seconds * 1000, () =>
          invocation.end(new TaskFailure('Sandbox.Timedout', `${name} took longer than ${seconds} s.`)),
        );
        work(this.#world(invocation)).then(
          (result) => {
            timeout();
            invocation.finish();
            resolve(result);
          },
          (error: Error) => {
            timeout();
            if (!(error instanceof TaskFailure) && !(error instanceof CurfewError))
              this.surprise ??= `${name} ended with ${error.name}: ${error.message}`;
            invocation.end(error instanceof TaskFailure ? error : failureOf(error));
          },
        );
      });
    });
  }

  #world(invocation: Invocation): World {
    const { twins, metrics } = this.#around;
    const { call } = invocation;
    return {
      clock: { now: () => invocation.now(), sleep: (ms) => invocation.sleep(ms) },
      ids: twins.ids,
      catalog: this.#catalog(),
      organisation: { judge: async () => noObjection },
      settings: twins.settings,
      records: called('records', twins.records, call),
      kills: called('kills', twins.kills, call),
      clusters: called('known', twins.known, call),
      background: called('background', twins.background, call),
      ledger: called('ledger', twins.ledger, call),
      entries: called('entries', twins.entries, call),
      cluster: calledCluster(twins.cluster, call),
      executions: called('executions', twins.executions, call),
      mailer: called('mailer', twins.mailer, call),
      messages: twins.messages,
      auditSink: called('auditSink', twins.auditSink, call),
      signer: called('signer', twins.signer, call),
      verifier: twins.verifier,
      clusterLeg: called('clusterLeg', twins.clusterLeg, call),
      identities: called('identities', twins.identities, call),
      ticketNotes: called('ticketNotes', twins.ticketNotes, call),
      tickets: called('tickets', twins.tickets, call),
      secrets: { read: async () => undefined },
      // Nothing that is driven here tells the outside: the stream does.
      eventBus: { announce: async () => {}, reply: async () => {} },
      ticketComments: { write: async () => 'absent' },
      receivers: { send: async () => {} },
      // Nobody of the simulation is a job with a token.
      identityTokens: { verify: () => Promise.reject(new IdentityRefused('no issuers here')) },
      // Nobody of the simulation has a passkey: they answer by link or by signature.
      passkeys: twins.passkeys,
      authenticators: webAuthn(memoryPages),
      pages: memoryPages,
      // No cluster of the histories has an audit log.
      usage: new MemoryUsage(),
      usageLines: new MemoryUsageLines(),
      metrics,
    };
  }
}

/** Lambda tells the caller an error's name and message. The error itself is kept for people, who read it as HTTP. */
function failureOf(error: Error): Error {
  return Object.assign(new TaskFailure(error.name, error.message), { cause: error });
}
