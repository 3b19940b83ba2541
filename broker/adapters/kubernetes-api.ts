/** One cluster's Kubernetes API as one leg's identity. Nothing is repeated in here: operations know what may be repeated. */
import type { V1ListMeta, V1ObjectMeta, V1Status } from '@kubernetes/client-node';
import * as z from 'zod';
import { forbiddenBinding, forbiddenRole, isFenceRefusal } from '#cluster/forbidden-binding.ts';
import { managedBy } from '#domain/access-entry.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { ClusterNotReady, PlanRefused, Unavailable } from '#domain/errors.ts';
import type { SurveyedRole } from '#domain/foreign-role.ts';
import type { NamespaceLabels } from '#domain/namespaces.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { TaskRole } from '#domain/task-role.ts';
import type { ClusterApi, ClusterSession, Page } from '#ports';
import { type KubernetesApis, kubernetesApis, type Timeouts } from './kubernetes-connection.ts';
import { catalogRules, roleBindingOf, roleBodyOf, taskRoleOf } from './kubernetes-objects.ts';
import { ask, isAbsent, type Refusal } from './kubernetes-refusal.ts';
import { surveyClusterRole } from './survey-cluster-role.ts';

/** Signs a bearer token for one cluster; made anew for each session, so that none is kept. */
export type TokenSource = (cluster: ClusterAddress) => Promise<string>;

export class KubernetesApi implements ClusterApi {
  readonly #tokenFor: TokenSource;
  readonly #timeouts: Timeouts;
  constructor(tokenFor: TokenSource, timeouts: Timeouts = { connectMs: 2_000, requestMs: 4_000 }) {
    this.#tokenFor = tokenFor;
    this.#timeouts = timeouts;
  }

  /** Opens nothing yet: the first request does. */
  async connect(cluster: ClusterAddress): Promise<ClusterSession> {
    const apis = kubernetesApis(cluster, await this.#tokenFor(cluster), this.#timeouts);
    return new KubernetesSession(cluster.eksName, apis);
  }
}

const namespaceBody = z.object({
  kind: z.literal('Namespace'),
  metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }),
});

interface Stored {
  metadata?: V1ObjectMeta;
}
interface Removal {
  preconditions: { uid: string };
  propagationPolicy: string;
}
interface Choice {
  labelSelector: string;
  limit: number;
  _continue?: string;
}

class KubernetesSession implements ClusterSession {
  readonly #eksName: string;
  readonly #api: KubernetesApis['rbac'];
  readonly #get: KubernetesApis['get'];
  constructor(eksName: string, { rbac, get }: KubernetesApis) {
    this.#eksName = eksName;
    this.#api = rbac;
    this.#get = get;
  }

  async readClusterRole(name: string): Promise<{ rules: PolicyRule[] } | undefined> {
    const found = await this.#ask(
      `Reading ClusterRole ${name}`,
      () => this.#api.readClusterRole({ name }),
      (refusal) => (isAbsent(refusal) ? 'absent' : undefined),
    );
    if (found === 'absent') return undefined;
    const rules = z.safeParse(catalogRules, found.rules ?? []);
    if (rules.success && !found.aggregationRule) return { rules: rules.data };
    throw new ClusterNotReady(
      `ClusterRole ${name} on ${this.#eksName} holds rules that no catalog can hold. Run \`curfew onboard\` there.`,
    );
  }

  surveyRole(name: string): Promise<SurveyedRole> {
    return surveyClusterRole(this.#eksName, this.#api, name);
  }

  async readLabels(namespace: string): Promise<NamespaceLabels | 'absent'> {
    const found = await this.#ask(
      `Reading namespace ${namespace}`,
      () => this.#get(`/api/v1/namespaces/${encodeURIComponent(namespace)}`),
      (refusal) => (isAbsent(refusal) ? 'absent' : undefined),
    );
    if (found === 'absent') return 'absent';
    // Whatever answers in its place must not lend it labels.
    const { success, data } = z.safeParse(namespaceBody, found);
    if (success && data.metadata.name === namespace) return data.metadata.labels;
    throw new Unavailable(`Reading namespace ${namespace}: ${this.#eksName} answered something else.`);
  }

  createRoleBinding(body: RoleBinding): Promise<{ uid: string } | 'exists'> {
    const { namespace } = body.metadata;
    return this.#create(body, () => this.#api.createNamespacedRoleBinding({ namespace, body }));
  }

  createRole(role: TaskRole): Promise<{ uid: string } | 'exists'> {
    const { namespace } = role.metadata;
    const body = roleBodyOf(role);
    return this.#create(role, () => this.#api.createNamespacedRole({ namespace, body }));
  }

  async readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined> {
    const at = { namespace, name };
    const found = await this.#read('RoleBinding', at, () => this.#api.readNamespacedRoleBinding(at));
    return found && roleBindingOf(found);
  }

  async readRole(namespace: string, name: string): Promise<TaskRole | undefined> {
    const at = { namespace, name };
    const found = await this.#read('Role', at, () => this.#api.readNamespacedRole(at));
    return found && taskRoleOf(found);
  }

  deleteRoleBinding(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'> {
    const at = { namespace, name };
    return this.#delete('RoleBinding', at, uid, (body) =>
      this.#api.deleteNamespacedRoleBinding({ ...at, body }),
    );
  }

  deleteRole(namespace: string, name: string, uid: string): Promise<'deleted' | 'gone' | 'other'> {
    const at = { namespace, name };
    return this.#delete('Role', at, uid, (body) => this.#api.deleteNamespacedRole({ ...at, body }));
  }

  async listGrants(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<RoleBinding>> {
    const { items, ...rest } = await this.#list('RoleBindings', deployment, page, (choice) =>
      this.#api.listRoleBindingForAllNamespaces(choice),
    );
    return { items: items.map(roleBindingOf), ...rest };
  }

  async listRoles(deployment: string, page: { limit: number; cursor?: string }): Promise<Page<TaskRole>> {
    const { items, ...rest } = await this.#list('Roles', deployment, page, (choice) =>
      this.#api.listRoleForAllNamespaces(choice),
    );
    return { items: items.map(taskRoleOf), ...rest };
  }

  refusesForbidden(namespace: string, clusterRole: string): Promise<boolean> {
    const body = forbiddenBinding(namespace, clusterRole);
    return this.#refuses(body, () =>
      this.#api.createNamespacedRoleBinding({ namespace, body, dryRun: 'All' }),
    );
  }

  refusesForbiddenRole(namespace: string): Promise<boolean> {
    const role = forbiddenRole(namespace);
    const body = roleBodyOf(role);
    return this.#refuses(role, () => this.#api.createNamespacedRole({ namespace, body, dryRun: 'All' }));
  }

  async #create(
    { kind, metadata: { namespace, name } }: RoleBinding | TaskRole,
    call: () => Promise<Stored>,
  ): Promise<{ uid: string } | 'exists'> {
    const what = `Creating ${kind} ${namespace}/${name}`;
    const made = await this.#ask(what, call, ({ status, reason, message }) => {
      if (status === 409 && reason === 'AlreadyExists') return 'exists';
      if (status === 404)
        throw new ClusterNotReady(`${what} on ${this.#eksName}: ${message}. Run \`curfew onboard\` there.`);
      if (status === 403 || status === 422)
        throw new PlanRefused(`${what} was refused by ${this.#eksName}: ${message}`.slice(0, 1000));
      return undefined;
    });
    if (made === 'exists') return 'exists';
    const uid = made.metadata?.uid;
    if (uid === undefined) throw new Unavailable(`${what}: the answer carries no UID.`);
    return { uid };
  }

  async #read<T extends Stored>(
    kind: string,
    { namespace, name }: { namespace: string; name: string },
    call: () => Promise<T>,
  ): Promise<T | undefined> {
    const what = `Reading ${kind} ${namespace}/${name}`;
    const found = await this.#ask(what, call, (refusal) => (isAbsent(refusal) ? 'absent' : undefined));
    if (found === 'absent') return undefined;
    const { metadata } = found;
    // What is not the object itself must not pass for "not ours", which would be taken for proof that ours is gone.
    if (metadata?.name !== name || metadata.namespace !== namespace || metadata.uid === undefined)
      throw new Unavailable(`${what}: ${this.#eksName} answered something else. Try again shortly.`);
    return found;
  }

  async #delete(
    kind: string,
    { namespace, name }: { namespace: string; name: string },
    uid: string,
    call: (body: Removal) => Promise<V1Status>,
  ): Promise<'deleted' | 'gone' | 'other'> {
    // In the background: a foreground delete would let it stand, and grant, until the garbage collector comes.
    const body = { preconditions: { uid }, propagationPolicy: 'Background' };
    const answer = await this.#ask(
      `Deleting ${kind} ${namespace}/${name}`,
      () => call(body),
      (refusal) => (isAbsent(refusal) ? 'gone' : refusal.status === 409 ? 'other' : undefined),
    );
    return typeof answer === 'string' ? answer : 'deleted';
  }

  async #list<T>(
    kinds: string,
    deployment: string,
    { limit, cursor }: { limit: number; cursor?: string },
    call: (choice: Choice) => Promise<{ items: T[]; metadata?: V1ListMeta }>,
  ): Promise<Page<T>> {
    const labelSelector = `${marks.managedBy}=${managedBy},${marks.deployment}=${deployment}`;
    const from = cursor === undefined ? {} : { _continue: cursor };
    const found = await this.#ask<{ items: T[]; metadata?: V1ListMeta }, never>(
      `Listing the ${kinds} of all namespaces`,
      () => call({ labelSelector, limit, ...from }),
      () => undefined,
    );
    const next = found.metadata?._continue;
    return { items: found.items, ...(next ? { cursor: next } : {}) };
  }

  /** False proves that the fence is open; an answer that proves nothing throws. */
  async #refuses(body: RoleBinding | TaskRole, call: () => Promise<Stored>): Promise<boolean> {
    const answer = await this.#ask(
      `Trying the fences in ${body.metadata.namespace} with a ${body.kind}`,
      call,
      ({ status, message }) => (isFenceRefusal(body.kind, status, message) ? 'refused' : undefined),
    );
    return answer === 'refused';
  }

  #ask<T, A extends string>(
    what: string,
    call: () => Promise<T>,
    expected: (refusal: Refusal) => A | undefined,
  ): Promise<T | A> {
    return ask(this.#eksName, what, call, expected);
  }
}
