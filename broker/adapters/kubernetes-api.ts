/** One cluster's Kubernetes API as one leg's identity. Nothing is repeated in here: operations know what may be repeated. */
import {
  ApiException,
  type RbacAuthorizationV1Api,
  type V1RoleBinding,
  type V1RoleBindingList,
} from '@kubernetes/client-node';
import * as z from 'zod';
import { forbiddenBinding, isFenceRefusal } from '#cluster/forbidden-binding.ts';
import { managedBy } from '#domain/access-entry.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import { ClusterNotReady, type CurfewError, PlanRefused, Unavailable } from '#domain/errors.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { marks, type RoleBinding } from '#domain/role-binding.ts';
import type { ClusterApi, ClusterSession, Page } from '#ports';
import { rbacApi, type Timeouts } from './kubernetes-connection.ts';
import { errorName } from './unavailable.ts';

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
    const api = rbacApi(cluster, await this.#tokenFor(cluster), this.#timeouts);
    return new KubernetesSession(cluster.eksName, api);
  }
}

class KubernetesSession implements ClusterSession {
  readonly #eksName: string;
  readonly #api: RbacAuthorizationV1Api;
  constructor(eksName: string, api: RbacAuthorizationV1Api) {
    this.#eksName = eksName;
    this.#api = api;
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

  async createRoleBinding(binding: RoleBinding): Promise<{ uid: string } | 'exists'> {
    const { namespace, name } = binding.metadata;
    const what = `Creating RoleBinding ${namespace}/${name}`;
    const made = await this.#ask(
      what,
      () => this.#api.createNamespacedRoleBinding({ namespace, body: binding }),
      ({ status, reason, message }) => {
        if (status === 409 && reason === 'AlreadyExists') return 'exists';
        if (status === 404)
          throw new ClusterNotReady(`${what} on ${this.#eksName}: ${message}. Run \`curfew onboard\` there.`);
        if (status === 403 || status === 422)
          throw new PlanRefused(`${what} was refused by ${this.#eksName}: ${message}`.slice(0, 1000));
        return undefined;
      },
    );
    if (made === 'exists') return 'exists';
    const uid = made.metadata?.uid;
    if (uid === undefined) throw new Unavailable(`${what}: the answer carries no UID.`);
    return { uid };
  }

  async readRoleBinding(namespace: string, name: string): Promise<RoleBinding | undefined> {
    const what = `Reading RoleBinding ${namespace}/${name}`;
    const found = await this.#ask(
      what,
      () => this.#api.readNamespacedRoleBinding({ namespace, name }),
      (refusal) => (isAbsent(refusal) ? 'absent' : undefined),
    );
    if (found === 'absent') return undefined;
    const { metadata } = found;
    // What is not the object itself must not pass for "not ours", which would be taken for proof that ours is gone.
    if (metadata?.name !== name || metadata.namespace !== namespace || metadata.uid === undefined)
      throw new Unavailable(`${what}: ${this.#eksName} answered something else. Try again shortly.`);
    return roleBindingOf(found);
  }

  async deleteRoleBinding(
    namespace: string,
    name: string,
    uid: string,
  ): Promise<'deleted' | 'gone' | 'other'> {
    // In the background: a foreground delete would let it stand, and grant, until the garbage collector comes.
    const body = { preconditions: { uid }, propagationPolicy: 'Background' };
    const answer = await this.#ask(
      `Deleting RoleBinding ${namespace}/${name}`,
      () => this.#api.deleteNamespacedRoleBinding({ namespace, name, body }),
      (refusal) => (isAbsent(refusal) ? 'gone' : refusal.status === 409 ? 'other' : undefined),
    );
    return typeof answer === 'string' ? answer : 'deleted';
  }

  async listGrants(
    deployment: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<Page<RoleBinding>> {
    const labelSelector = `${marks.managedBy}=${managedBy},${marks.deployment}=${deployment}`;
    const from = cursor === undefined ? {} : { _continue: cursor };
    const found = await this.#ask<V1RoleBindingList, never>(
      'Listing the RoleBindings of all namespaces',
      () => this.#api.listRoleBindingForAllNamespaces({ labelSelector, limit, ...from }),
      () => undefined,
    );
    const next = found.metadata?._continue;
    return { items: found.items.map(roleBindingOf), ...(next ? { cursor: next } : {}) };
  }

  /** False proves that the fence is open; an answer that proves nothing throws. */
  async refusesForbidden(namespace: string, clusterRole: string): Promise<boolean> {
    const body = forbiddenBinding(namespace, clusterRole);
    const answer = await this.#ask(
      `Trying the fences in ${namespace}`,
      () => this.#api.createNamespacedRoleBinding({ namespace, body, dryRun: 'All' }),
      ({ status, message }) => (isFenceRefusal(status, message) ? 'refused' : undefined),
    );
    return answer === 'refused';
  }

  /** `expected` turns a refusal into an answer (or throws); whatever it leaves undefined becomes one of the ports' words. */
  async #ask<T, A extends string>(
    what: string,
    call: () => Promise<T>,
    expected: (refusal: Refusal) => A | undefined,
  ): Promise<T | A> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof ApiException)) {
        const message = `${what}: the API server of ${this.#eksName} did not answer (${networkReason(error)}).`;
        throw new Unavailable(message, { cause: error });
      }
      const refusal = refusalOf(error);
      return expected(refusal) ?? this.#unexpected(what, refusal);
    }
  }

  #unexpected(what: string, { status, message }: Refusal): never {
    const told = `${what} on ${this.#eksName} was answered ${status}${message ? `: ${message}` : ''}`.slice(
      0,
      800,
    );
    throw this.#wordFor(status, told);
  }

  #wordFor(status: number, told: string): CurfewError {
    // The cluster's authenticator asks STS about every token, so even a good one may be refused for a moment.
    if (status === 401) return new Unavailable(`${told}. If this lasts, run \`curfew onboard\` there.`);
    if (status === 403) return new ClusterNotReady(`${told}. Run \`curfew onboard\` there.`);
    return new Unavailable(told);
  }
}

interface Refusal {
  status: number;
  /** Of the Status object in the body, where there is one. */
  reason: string;
  message: string;
}

/** A 404 of the API server about the object; one of something in between, or of a path, proves nothing. */
function isAbsent({ status, reason }: Refusal): boolean {
  return status === 404 && reason === 'NotFound';
}

const statusBody = z.object({ reason: z.string().default(''), message: z.string().default('') });

function refusalOf({ code, body }: ApiException<unknown>): Refusal {
  const parsed = z.safeParse(statusBody, typeof body === 'string' ? jsonOf(body) : body);
  return { status: code, ...(parsed.success ? parsed.data : { reason: '', message: '' }) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** undici hides what happened in the cause of its `fetch failed`. */
function networkReason(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return errorName(cause instanceof Error ? cause : error);
}

/** Rules over URLs and other things that the catalog doesn't know are not ours. */
const catalogRules = z.array(
  z.strictObject({
    apiGroups: z.array(z.string()).min(1),
    resources: z.array(z.string()).min(1),
    verbs: z.array(z.string()).min(1),
    resourceNames: z.array(z.string()).min(1).exactOptional(),
  }),
);

/** Only what Curfew writes and compares. A subject or reference of another kind keeps its words, and so never compares equal. */
function roleBindingOf({ metadata, roleRef, subjects = [] }: V1RoleBinding): RoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: {
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
      ...(metadata?.uid === undefined ? {} : { uid: metadata.uid }),
      labels: metadata?.labels ?? {},
      annotations: metadata?.annotations ?? {},
    },
    roleRef: roleRef as RoleBinding['roleRef'],
    subjects: subjects.map(
      ({ apiGroup, kind, name }) => ({ apiGroup, kind, name }) as RoleBinding['subjects'][number],
    ),
  };
}
