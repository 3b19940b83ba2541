/** One account in virtual time: the functions, Step Functions, the schedule, the stream and the events, wired as the stack does. */
import type { Catalog } from '#domain/catalog.ts';
import { instantOf } from '#domain/instant.ts';
import type { World } from '#ports';
import type { Machine } from '../asl/machine.ts';
import { Authorizer } from './authorizer.ts';
import { background } from './background.ts';
import { Chance } from './chance.ts';
import { Fates, type Weather } from './fate.ts';
import { Lambda } from './lambda.ts';
import { clusterLeg } from './leg.ts';
import { Scheduler } from './scheduler.ts';
import { StepFunctions } from './step-functions.ts';
import { Story } from './story.ts';
import { type Twins, twins } from './twins.ts';

export const start = Date.parse('2026-11-21T12:00:00.000Z');

/** What landed when somebody changed a cluster or an access entry past Curfew, and when a RoleBinding came into force. */
export const byHand = 'by hand';
export const rbacPoint = 'rbac';

/** Tries of the stream until a batch goes to the queue of what was not shipped. */
const streamTries = 10;

export interface CloudOptions {
  seed: number;
  weather: Weather;
  catalog: Catalog;
  told: boolean;
  /** Instead of the deployed one. */
  machine?: Machine | undefined;
}

export class Cloud {
  readonly scheduler: Scheduler;
  readonly chance: Chance;
  readonly fates: Fates;
  readonly twins: Twins;
  readonly authorizer: Authorizer;
  readonly lambda: Lambda;
  readonly stepFunctions: StepFunctions;
  readonly story: Story;
  /** As deployed now. */
  catalog: Catalog;
  /** Every catalog with its instant. */
  readonly deployed: { at: number; catalog: Catalog }[] = [];
  /** What the sweep of a cluster ended or took away. */
  swept = 0;
  /** Points that landed since somebody last looked. */
  onLanded: (point: string) => void = () => {};
  readonly #shipping = new Set<string>();

  constructor({ seed, weather, catalog, told, machine }: CloudOptions) {
    this.chance = new Chance(seed);
    this.scheduler = new Scheduler(start, this.chance);
    this.story = new Story(this.scheduler, told);
    this.fates = new Fates(weather, this.chance);
    this.catalog = catalog;
    this.deployed.push({ at: start, catalog });
    this.stepFunctions = new StepFunctions({
      scheduler: this.scheduler,
      tell: this.story.tell,
      invoke: (name, payload) => this.lambda.invoke(name, payload),
      record: (requestId) => this.twins.records.requests.get(requestId),
      ...(machine ? { machine } : {}),
      endedBadly: (requestId) =>
        this.#deliver('events.deliver', 60_000, () => this.sweep({ detail: { name: requestId } })),
    });
    const { skewMs, staleMs, rbacMs = 0 } = weather;
    this.twins = twins(
      { scheduler: this.scheduler, chance: this.chance, skewMs, staleMs },
      {
        executions: this.stepFunctions,
        clusterLeg: clusterLeg(this.scheduler, (name, payload) => this.lambda.invoke(name, payload)),
        background: background(this.scheduler, (name, payload) => this.lambda.invoke(name, payload)),
      },
    );
    this.twins.entries.ghosts = weather.ghosts === true;
    const { scheduler, chance } = this;
    this.authorizer = new Authorizer(this.twins.clusters, { scheduler, chance, lagMs: rbacMs });
    this.authorizer.onEffect = () => this.onLanded(rbacPoint);
    const around = {
      scheduler: this.scheduler,
      chance: this.chance,
      fates: this.fates,
      twins: this.twins,
      tell: this.story.tell,
      second: () => this.second,
      landed: (point: string) => this.landed(point),
      metrics: {
        count: (name: string, value: number) => {
          if (name === 'OrphanRemoved' || name === 'DriftFound') this.swept += value;
        },
        milliseconds() {},
      },
    };
    this.lambda = new Lambda(around, skewMs, () => this.catalog);
    this.#eachMinute(this.chance.whole(0, 59_999));
  }

  get second(): number {
    return (this.scheduler.now - start) / 1000;
  }

  landed(point: string): void {
    if (point === 'records.commit' || point === 'kills.begin' || point === 'kills.save') this.#stream();
    if (point.startsWith('cluster.') || point === byHand) this.authorizer.see();
    this.onLanded(point);
  }

  /** As `cdk deploy` with another catalog: calls from now on go by it. */
  deploy(catalog: Catalog): void {
    this.catalog = catalog;
    this.deployed.push({ at: this.scheduler.now, catalog });
    this.story.tell(() => 'another catalog is deployed');
  }

  sweep(event: unknown): void {
    this.lambda.invoke('SweepGrants', event).catch(() => {});
  }

  /** A call of the API, which people make. */
  api<T>(work: (world: World) => Promise<T>, seconds: number): Promise<T> {
    return this.lambda.run('Api', seconds, work);
  }

  #eachMinute(first: number): void {
    this.scheduler.in(first, () => {
      const time = `${instantOf(this.scheduler.now).slice(0, 'yyyy-mm-ddThh:mm:ss'.length)}Z`;
      this.#deliver('schedule.deliver', 0, () => this.sweep({ 'detail-type': 'Scheduled Event', time }));
      this.#eachMinute(60_000);
    });
  }

  /** Events come soon, late, twice or never. */
  #deliver(point: string, latestMs: number, act: () => void): void {
    const fate = this.fates.of(point, this.second, 'AWS');
    if (fate) this.story.tell(() => `${point} ${fate}`);
    const soon = this.chance.whole(20, 500);
    if (fate === 'twice') this.scheduler.in(this.chance.whole(soon, 5_000), act);
    if (fate === undefined || fate === 'twice' || fate === 'after') this.scheduler.in(soon, act);
    else if (fate === 'late' || fate === 'slow')
      this.scheduler.in(this.chance.whole(soon, latestMs + 1_000), act);
  }

  /** New events of a request or kill order go to the locked bucket by the table's stream; what the stream loses, the sweep ships. */
  #stream(): void {
    for (const [id, log] of this.twins.records.stored) {
      if (this.#shipping.has(id) || log.at(-1)?.shipped !== false) continue;
      this.#shipping.add(id);
      this.#deliver('stream.deliver', 10_000, () => this.#ship(id, streamTries));
      // A lost batch must not keep later events of the request from coming.
      this.scheduler.in(2_000, () => void this.#shipping.delete(id));
    }
  }

  #ship(requestId: string, tries: number): void {
    this.lambda.invoke('ShipEvents', { requestId }).then(
      () => void this.#shipping.delete(requestId),
      () => {
        if (tries > 1) this.scheduler.in(1_000, () => this.#ship(requestId, tries - 1));
      },
    );
  }
}
