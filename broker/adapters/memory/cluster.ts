/** Kubernetes clusters in memory: RoleBindings, ClusterRoles and the fences that admission keeps. */

import { managedBy } from '#domain/access-entry.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { Clock, ClusterApi, ClusterSession, Page } from '#ports';
import { copyOf } from './copy.ts';

/** One cluster; tests change it as its administrators would. */
export class MemoryCluster {
  readonly roleBindings = new Map<string, RoleBinding & { metadata: { uid: string } }>();
  readonly clusterRoles = new Map<string, { rules: PolicyRule[] }>();
  /** Namespaces in which onboarding has given the broker its rights. */
  readonly namespaces = new Set<string>();
  /** Whether the admission policies stand. */
  fenced = true;
  reachable = true;
  #made = 0;

  nextUid(): string {
    this.#made += 1;
    return `11111111-0000-4000-8000-${String(this.#made).padStart(12, '0')}`;
  }
}

/** Whose rights a session has; 'both' in worlds where one port serves both legs. */
type Leg = 'bind-role' | 'unbind-role' | 'survey-cluster' | 'both';

export class MemoryClusterApi implements ClusterApi {
  /** By name in EKS. */
  readonly clusters = new Map<string, MemoryCluster>();
  readonly #clock: Pick<Clock, 'now'>;
  readonly #leg: Leg;
  constructor(clock: Pick<Clock, 'now'>, leg: Leg = 'both') {
    this.#clock = clock;
    this.#leg = leg;
  }

  async connect({ eksName }: ClusterAddress): Promise<ClusterSession> {
    return new MemorySession(() => this.#reach(eksName), this.#clock, this.#leg);
  }

  #reach(eksName: string): MemoryCluster {
    const cluster = this.clusters.get(eksName);
    if (!cluster?.reachable) throw new Unavailable(`The API server of cluster ${eksName} did not answer.`);
    return cluster;
  }
}

class MemorySession implements ClusterSession {
  readonly #reach: () => MemoryCluster;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #leg: Leg;
  constructor(reach: () => MemoryCluster, clock: Pick<Clock, 'now'>, leg: Leg) {
    this.#reach = reach;
    this.#clock = clock;
    this.#leg = leg;
  }

  async readClusterRole(name: string): Promise<{ rules: PolicyRule[] } | undefined> {
    return copyOf(this.#reach().clusterRoles.get(name));
  }

  async createRoleBinding(binding: RoleBinding): Promise<{ uid: string } | 'exists'> {
    const cluster = this.#reach();
    const { namespace, name } = binding.metadata;
    if (!this.#mayWriteAs('bind-role') || !cluster.namespaces.has(namespace))
      throw new PlanRefused(`RBAC does not let the broker create RoleBindings in ${namespace}.`);
    if (cluster.fenced) this.#admit(binding);
    if (cluster.roleBindings.has(`${namespace}/${name}`)) return 'exists';
    const uid = cluster.nextUid();
    const copy = copyOf(binding);
    cluster.roleBindings.set(`${namespace}/${name}`, { ...copy, metadata: { ...copy.metadata, uid } });
    return { uid };
  }

  /** What the admission policy for CREATE refuses, as far as Curfew itself could run into it. */
  #admit({ metadata, subjects }: RoleBinding): void {
    const refuse = (why: string) =>
      new PlanRefused(`Admission refused RoleBinding ${metadata.namespace}/${metadata.name}: ${why}.`);
    const createBefore = metadata.annotations[marks.createBefore];
    if (metadata.labels[marks.managedBy] !== 'curfew') throw refuse('it is not marked as ours');
    if (metadata.name !== `curfew-${metadata.labels[marks.request]}`)
      throw refuse('its name is not that of its request');
    if (!createBefore || !(this.#clock.now() < createBefore)) throw refuse('create-before has passed');
    if (subjects.length !== 1 || !subjects[0]?.name.startsWith('curfew:'))
      throw refuse('its subject is not one of ours');
  }

  async readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined> {
    const { roleBindings } = this.#leg === 'bind-role' ? this.#inside(namespace) : this.#reach();
    return copyOf(roleBindings.get(`${namespace}/${name}`));
  }

  async deleteRoleBinding(
    namespace: string,
    name: string,
    uid: string,
  ): Promise<'deleted' | 'gone' | 'other'> {
    const { roleBindings } = this.#inside(namespace);
    if (!this.#mayWriteAs('unbind-role'))
      throw new ClusterNotReady(`RBAC does not let ${this.#leg} delete RoleBindings.`);
    const found = roleBindings.get(`${namespace}/${name}`);
    if (!found) return 'gone';
    if (found.metadata.uid !== uid) return 'other';
    roleBindings.delete(`${namespace}/${name}`);
    return 'deleted';
  }

  async listGrants(
    deployment: string,
    { limit, cursor = '' }: { limit: number; cursor?: string },
  ): Promise<Page<RoleBinding>> {
    if (this.#leg === 'bind-role' || this.#leg === 'unbind-role')
      throw new ClusterNotReady(`RBAC does not let ${this.#leg} list RoleBindings.`);
    if (cursor !== '' && !cursor.includes('/'))
      throw new Unavailable('The cursor of the list has expired. Begin again without it.');
    const rest = [...this.#reach().roleBindings]
      .filter(
        ([
          key,
          {
            metadata: { labels },
          },
        ]) => {
          const ours = labels[marks.managedBy] === managedBy && labels[marks.deployment] === deployment;
          return ours && key > cursor;
        },
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const items = copyOf(rest.slice(0, limit).map(([, binding]) => binding));
    const last = rest[limit - 1]?.[0];
    return rest.length > limit && last !== undefined ? { items, cursor: last } : { items };
  }

  async refusesForbidden(namespace: string, _clusterRole: string): Promise<boolean> {
    return this.#inside(namespace).fenced;
  }

  #mayWriteAs(leg: Leg): boolean {
    return this.#leg === leg || this.#leg === 'both';
  }

  #inside(namespace: string): MemoryCluster {
    const cluster = this.#reach();
    if (cluster.namespaces.has(namespace)) return cluster;
    throw new ClusterNotReady(`The broker has no rights in namespace ${namespace}: it was not onboarded.`);
  }
}
