/** Kubernetes clusters in memory: RoleBindings, Roles, ClusterRoles and the fences that admission keeps. */

import { managedBy } from '#domain/access-entry.ts';
import { allowedBy, type LabelSelector } from '#domain/aggregation.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import type { Instant } from '#domain/instant.ts';
import type { NamespaceLabels } from '#domain/namespaces.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import type { Clock, ClusterApi, ClusterSession, Page } from '#ports';
import { admitBinding, admitRole } from './admission.ts';
import { copyOf } from './copy.ts';

interface StandingRole {
  rules: PolicyRule[];
  labels?: Record<string, string>;
  /** Of those that take over the rules of others. */
  selectors?: LabelSelector[];
}

/** One cluster; tests change it as its administrators would. */
export class MemoryCluster {
  readonly roleBindings = new Map<string, Stored<RoleBinding>>();
  /** Those of grants that are for one task. */
  readonly roles = new Map<string, Stored<TaskRole>>();
  /** When each RoleBinding and Role was made, as a server notes it; by its UID. */
  readonly madeAt = new Map<string, Instant>();
  readonly clusterRoles = new Map<string, StandingRole>();
  /** Namespaces in which onboarding has given the broker its rights. */
  readonly namespaces = new Set<string>();
  /** Of namespaces that have any. */
  readonly labels = new Map<string, Record<string, string>>();
  /** Whether the admission policies stand. */
  fenced = true;
  reachable = true;
  #made = 0;

  nextUid(): string {
    this.#made += 1;
    return `11111111-0000-4000-8000-${String(this.#made).padStart(12, '0')}`;
  }
}

type Stored<T extends RoleBinding | TaskRole> = T & { metadata: { uid: string } };

/** Whose rights a session has; 'both' in worlds where one port serves all legs. */
type Leg = 'define-role' | 'bind-role' | 'unbind-role' | 'survey-cluster' | 'both';

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
    const found = this.#reach().clusterRoles.get(name);
    if (found?.selectors) throw new ClusterNotReady(`ClusterRole ${name} takes over the rules of others.`);
    return found && { rules: copyOf(found.rules) };
  }

  async surveyRole(name: string): Promise<SurveyedRole> {
    const all = [...this.#reach().clusterRoles].map(([each, { labels = {}, selectors = [], rules }]) => ({
      name: each,
      labels,
      selectors,
      rules,
    }));
    return copyOf(allowedBy(name, all));
  }

  async readLabels(namespace: string): Promise<NamespaceLabels | 'absent'> {
    const { labels, namespaces } = this.#reach();
    if (!this.#actsAs('survey-cluster'))
      throw new ClusterNotReady(`This leg has no right to look at namespace ${namespace}.`);
    return copyOf(labels.get(namespace) ?? (namespaces.has(namespace) ? {} : 'absent'));
  }

  async createRoleBinding(binding: RoleBinding): Promise<{ uid: string } | 'exists'> {
    return this.#create(
      'bind-role',
      binding,
      ({ roleBindings }) => roleBindings,
      () => admitBinding(binding, this.#clock.now()),
    );
  }

  async createRole(role: TaskRole): Promise<{ uid: string } | 'exists'> {
    return this.#create(
      'define-role',
      role,
      ({ roles }) => roles,
      ({ clusterRoles }) => admitRole(role, clusterRoles, this.#clock.now()),
    );
  }

  #create<T extends RoleBinding | TaskRole>(
    leg: Leg,
    object: T,
    ofKind: OfKind<T>,
    admit: (cluster: MemoryCluster) => void,
  ): { uid: string } | 'exists' {
    const cluster = this.#reach();
    const { namespace, name } = object.metadata;
    if (!this.#actsAs(leg) || !cluster.namespaces.has(namespace))
      throw new PlanRefused(`RBAC does not let the broker create ${object.kind}s in ${namespace}.`);
    if (cluster.fenced) admit(cluster);
    const standing = ofKind(cluster);
    if (standing.has(`${namespace}/${name}`)) return 'exists';
    const uid = cluster.nextUid();
    cluster.madeAt.set(uid, this.#clock.now());
    const copy = copyOf(object);
    standing.set(`${namespace}/${name}`, { ...copy, metadata: { ...copy.metadata, uid } });
    return { uid };
  }

  async readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined> {
    const { roleBindings } = this.#leg === 'bind-role' ? this.#inside(namespace) : this.#reach();
    return copyOf(roleBindings.get(`${namespace}/${name}`));
  }

  async readRole(namespace: string, name: string): Promise<TaskRole | undefined> {
    const reads = this.#leg === 'bind-role' || this.#leg === 'define-role';
    const { roles } = reads ? this.#inside(namespace) : this.#reach();
    return copyOf(roles.get(`${namespace}/${name}`));
  }

  async deleteRoleBinding(
    namespace: string,
    name: string,
    uid: string,
  ): Promise<'deleted' | 'gone' | 'other'> {
    return this.#delete(this.#inside(namespace).roleBindings, `${namespace}/${name}`, uid);
  }

  async deleteRole(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'> {
    return this.#delete(this.#inside(namespace).roles, `${namespace}/${name}`, uid);
  }

  #delete(
    standing: Map<string, { metadata: { uid: string } }>,
    key: string,
    uid: string,
  ): 'deleted' | 'gone' | 'other' {
    if (!this.#actsAs('unbind-role'))
      throw new ClusterNotReady(`RBAC does not let ${this.#leg} delete ${key}.`);
    const found = standing.get(key);
    if (!found) return 'gone';
    if (found.metadata.uid !== uid) return 'other';
    standing.delete(key);
    return 'deleted';
  }

  async listGrants(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<RoleBinding>> {
    return this.#list(({ roleBindings }) => roleBindings, deployment, page);
  }

  async listRoles(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<TaskRole>> {
    return this.#list(({ roles }) => roles, deployment, page);
  }

  #list<T extends RoleBinding | TaskRole>(
    ofKind: OfKind<T>,
    deployment: string,
    { limit, cursor = '' }: { limit: number; cursor?: string },
  ): Page<T> {
    if (!this.#actsAs('survey-cluster'))
      throw new ClusterNotReady(`RBAC does not let ${this.#leg} list what stands in all namespaces.`);
    if (cursor !== '' && !cursor.includes('/'))
      throw new Unavailable('The cursor of the list has expired. Begin again without it.');
    const rest = [...ofKind(this.#reach())]
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
    const items = copyOf(rest.slice(0, limit).map(([, object]) => object));
    const last = rest[limit - 1]?.[0];
    return rest.length > limit && last !== undefined ? { items, cursor: last } : { items };
  }

  async refusesForbidden(namespace: string, _clusterRole: string): Promise<boolean> {
    return this.#inside(namespace).fenced;
  }

  async refusesForbiddenRole(namespace: string): Promise<boolean> {
    return this.#inside(namespace).fenced;
  }

  #actsAs(leg: Leg): boolean {
    return this.#leg === leg || this.#leg === 'both';
  }

  #inside(namespace: string): MemoryCluster {
    const cluster = this.#reach();
    if (cluster.namespaces.has(namespace)) return cluster;
    throw new ClusterNotReady(`The broker has no rights in namespace ${namespace}: it was not onboarded.`);
  }
}

type OfKind<T extends RoleBinding | TaskRole> = (cluster: MemoryCluster) => Map<string, Stored<T>>;
