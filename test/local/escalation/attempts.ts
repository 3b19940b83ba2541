/** Every call of the escalation catalogue, as a real request to an API server, in every class of namespaces. */
import type { Calls } from '#domain/escalation/escalation.ts';
import { knownEscalations } from '#domain/escalation/known.ts';
import { atMost } from '#operations/at-most.ts';
import type { KubernetesCall } from '../../../cli/onboard/kubernetes-call.ts';
import { callsWithin } from '../../domain/escalation/generated.ts';
import type { TestCluster } from '../onboard/cluster.ts';

/** A class of namespaces, with one of it; the last is all of them at once, and what is in none. */
export const places = {
  granted: 'payments',
  'not granted': 'other',
  protected: 'vault',
  "Kubernetes' own": 'kube-system',
  "Curfew's own": 'curfew-system',
  'the whole cluster': undefined,
} as const;
export type Place = keyof typeof places;

export interface Attempt {
  escalation: string;
  verb: string;
  apiGroup: string;
  resource: string;
  place: Place;
  name?: string | undefined;
}
/** With the namespace that stands for its place. */
type PlacedAttempt = Attempt & { namespace: string | undefined };

/** `E34-write-role-bindings create rolebindings in granted`. */
export const inWords = ({ escalation, verb, resource, place }: Attempt) =>
  `${escalation} ${verb} ${resource} in ${place}`;

interface Served {
  base: string;
  namespaced: boolean;
}

/** What the server serves, by `group resource`. */
async function discover(on: TestCluster): Promise<Map<string, Served>> {
  const served = new Map<string, Served>();
  const { groups } = await on.must({ method: 'GET', path: '/apis' });
  const preferred = groups.map(
    (group: { preferredVersion: { groupVersion: string } }) => `/apis/${group.preferredVersion.groupVersion}`,
  );
  for (const base of ['/api/v1', ...preferred]) {
    const { resources } = await on.must({ method: 'GET', path: base });
    const group = base.startsWith('/apis/') ? (base.split('/')[2] ?? '') : '';
    for (const { name, namespaced } of resources) served.set(`${group} ${name}`, { base, namespaced });
  }
  return served;
}

const methods: Record<string, KubernetesCall['method']> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};
/** These name no object, unless they are for a part of one. */
const ofMany = ['list', 'watch', 'deletecollection', 'create'];

/** The request, tried without being done; undefined where the verb or the resource is none of the API's own. */
function requestOf(attempt: PlacedAttempt, served: Map<string, Served>): KubernetesCall | undefined {
  const [resource = '', ...sub] = attempt.resource.split('/');
  const { base, namespaced } = served.get(`${attempt.apiGroup} ${attempt.resource}`) ?? {};
  const method = methods[attempt.verb];
  if (base === undefined || !method) return undefined;
  const { namespace } = attempt;
  const within = namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  const one = !ofMany.includes(attempt.verb) || sub.length > 0;
  // A namespace counts as being in itself.
  const name = resource === 'namespaces' ? namespace : (attempt.name ?? 'tried');
  const named = one ? `/${name}${sub.length > 0 ? `/${sub.join('/')}` : ''}` : '';
  const query = { watch: '?watch=1&timeoutSeconds=1', create: '?dryRun=All', update: '?dryRun=All' }[
    attempt.verb
  ];
  return {
    method,
    path: `${base}${within}/${resource}${named}${query ?? (method === 'PATCH' ? '?dryRun=All&fieldManager=tried' : '')}`,
    ...(method === 'DELETE' ? { body: { apiVersion: 'v1', kind: 'DeleteOptions', dryRun: ['All'] } } : {}),
    ...(['POST', 'PUT', 'PATCH'].includes(method) ? { body: {} } : {}),
  };
}

/** Where a call can be made at all: what is in no namespace can't be tried in one. */
function placed(id: string, calls: Calls, served: Map<string, Served>, roles: readonly string[]): Attempt[] {
  return callsWithin(calls, []).flatMap((call) => {
    // What stands for every subresource or resource is tried by some of them.
    const resources = call.resource === '*' ? ['pods', 'secrets', 'rolebindings'] : [call.resource];
    return resources.flatMap((resource): Attempt[] => {
      const apiGroup =
        resource === 'rolebindings' ? 'rbac.authorization.k8s.io' : call.apiGroup.replace('unlisted', '');
      const attempt = { escalation: id, verb: call.verb, apiGroup, resource, name: call.name };
      const known = served.get(`${apiGroup} ${resource}`);
      // Objects that matter by their name matter where Kubernetes looks for them.
      const all: Place[] = calls.names ? ["Kubernetes' own"] : (Object.keys(places) as Place[]);
      if (apiGroup === '' && resource.split('/')[0] === 'namespaces')
        return all.filter((place) => places[place] !== undefined).map((place) => ({ ...attempt, place }));
      // Whether one may bind a ClusterRole is asked where the binding is to stand.
      const isCall = call.verb in methods;
      if (known && !known.namespaced && isCall) return [{ ...attempt, place: 'the whole cluster' }];
      const ofAll = ['list', 'watch', 'deletecollection'].includes(call.verb) || !known || !isCall;
      return all
        .filter((place) => places[place] !== undefined || ofAll)
        .flatMap((place) => namedBy(roles, { ...attempt, place }));
    });
  });
}

/** `bind` and `escalate` are held by name: tried on the roles that there are. */
function namedBy(roles: readonly string[], attempt: Attempt): Attempt[] {
  const byName = ['bind', 'escalate'].includes(attempt.verb);
  return byName ? [undefined, 'cluster-admin', ...roles].map((name) => ({ ...attempt, name })) : [attempt];
}

/**
 * @param roles names of ClusterRoles that are offered
 * @param names of objects that rules name, to be tried besides a name that nobody has
 */
export async function allAttempts(
  on: TestCluster,
  {
    granted = places.granted,
    roles,
    names = [],
  }: { granted?: string; roles: readonly string[]; names?: string[] },
) {
  const namespaceOf = (place: Place) => (place === 'granted' ? granted : places[place]);
  const served = await discover(on);
  const attempts = knownEscalations
    .flatMap(({ id, calls }) => calls.flatMap((each) => placed(id, each, served, roles)))
    .flatMap((attempt) => [
      attempt,
      ...(attempt.name === undefined ? names.map((name) => ({ ...attempt, name })) : []),
    ])
    .map((attempt) => ({ ...attempt, namespace: namespaceOf(attempt.place) }));

  /** By a real request where there is one; otherwise by what the server's own authorizer says. */
  async function refusedByRbac(attempt: PlacedAttempt, as: string): Promise<boolean> {
    const request = requestOf(attempt, served);
    if (request) {
      const { status, body } = await on.api({ ...request, as });
      // Admission too may say 403, of kube-system and the like, but in other words.
      return status === 403 && String(body?.message).includes(`User "${as}" cannot `);
    }
    const [resource, subresource] = attempt.resource.split('/');
    const { verb, apiGroup: group, name, namespace } = attempt;
    const attributes = { verb, group, resource, subresource, name, namespace };
    const review = await on.must({
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      },
      as,
    });
    return review.status.allowed !== true;
  }

  return {
    attempts,
    /** What RBAC lets somebody try, sorted and each once. */
    async letThrough(as: string): Promise<Attempt[]> {
      const through: Attempt[] = [];
      await atMost(4, attempts, async (attempt) => {
        if (!(await refusedByRbac(attempt, as))) through.push(attempt);
      });
      return through;
    },
  };
}
