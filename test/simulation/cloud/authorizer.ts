/** RBAC as an API server goes by it: a RoleBinding that was written or deleted has its effect a moment later. */
import type { MemoryCluster } from '#adapters/memory/cluster.ts';
import type { RoleBinding } from '#domain/role-binding.ts';
import type { Chance } from './chance.ts';
import type { Scheduler } from './scheduler.ts';

export type Bound = RoleBinding & { metadata: { uid: string } };

interface Known {
  written: Map<string, Bound>;
  inForce: Map<string, Bound>;
}

export class Authorizer {
  readonly #clusters: ReadonlyMap<string, MemoryCluster>;
  readonly #known: ReadonlyMap<string, Known>;
  readonly #scheduler: Scheduler;
  readonly #chance: Chance;
  readonly #lagMs: number;
  /** Instant of the latest effect that is under way: one API server has them in the order of the writes. */
  #latest = 0;
  /** Something came into force. */
  onEffect: () => void = () => {};

  constructor(
    clusters: ReadonlyMap<string, MemoryCluster>,
    of: { scheduler: Scheduler; chance: Chance; lagMs: number },
  ) {
    this.#clusters = clusters;
    this.#known = new Map(
      [...clusters.keys()].map((name) => [name, { written: new Map(), inForce: new Map() }]),
    );
    this.#scheduler = of.scheduler;
    this.#chance = of.chance;
    this.#lagMs = of.lagMs;
  }

  /** RoleBindings that a cluster, by its name in the catalog, goes by now. */
  inForce(cluster: string): ReadonlyMap<string, Bound> {
    return this.#known.get(cluster)?.inForce ?? new Map();
  }

  /** Something was written: takes notice of all that changed. */
  see(): void {
    for (const [name, { roleBindings }] of this.#clusters) {
      const known = this.#known.get(name);
      if (!known) continue;
      for (const [key, binding] of roleBindings) {
        if (known.written.get(key) === binding) continue;
        known.written.set(key, binding);
        this.#later(() => known.inForce.set(key, binding));
      }
      if (known.written.size === roleBindings.size) continue;
      for (const key of known.written.keys()) {
        if (roleBindings.has(key)) continue;
        known.written.delete(key);
        this.#later(() => known.inForce.delete(key));
      }
    }
  }

  #later(effect: () => void): void {
    if (this.#lagMs === 0) {
      effect();
      return;
    }
    this.#latest = Math.max(this.#latest + 1, this.#scheduler.now + this.#chance.whole(1, this.#lagMs));
    this.#scheduler.at(this.#latest, () => {
      effect();
      this.onEffect();
    });
  }
}
