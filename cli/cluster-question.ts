/** Asks a cluster, with the caller's own credentials, whether the caller may do what was granted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { signEksToken } from '#adapters/eks-token.ts';
import type { PolicyRule } from '#domain/catalog.ts';
import type { ClusterAddress } from '#domain/plan.ts';
import { httpCall, networkFault } from './http-call.ts';
import type { Identity } from './identity.ts';

/** `stranger`: the cluster doesn't know the caller (yet); `no`: it does, and refuses. */
export type ClusterAnswer = 'yes' | 'no' | 'stranger';

const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

/** The first thing the rules allow, as the attributes of an access review. */
export function firstRight(
  rules: readonly PolicyRule[],
  namespace: string,
): Record<string, string> | undefined {
  const [rule] = rules;
  const [whole, verb] = [rule?.resources[0], rule?.verbs[0]];
  if (rule === undefined || whole === undefined || verb === undefined) return undefined;
  const [resource = '', subresource] = whole.split('/');
  const name = rule.resourceNames?.[0];
  return {
    namespace,
    verb,
    group: rule.apiGroups[0] ?? '',
    resource,
    ...(subresource ? { subresource } : {}),
    ...(name ? { name } : {}),
  };
}

async function ask(
  cluster: ClusterAddress,
  token: string,
  right: object,
  signal?: AbortSignal,
): Promise<ClusterAnswer> {
  const answer = await httpCall({
    method: 'POST',
    url: new URL(path, cluster.endpoint),
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json',
    },
    body: JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: right },
    }),
    ca: Buffer.from(cluster.certificateAuthority, 'base64').toString('utf8'),
    timeoutMs: 10_000,
    ...(signal ? { signal } : {}),
  });
  if (answer.status === 401) return 'stranger';
  if (answer.status === 403) return 'no';
  if (answer.status >= 400) throw new Error(`the cluster answered ${answer.status}`);
  return JSON.parse(answer.text).status?.allowed === true ? 'yes' : 'no';
}

export interface UsableQuestion {
  cluster: ClusterAddress;
  identity: Pick<Identity, 'credentials'>;
  rules: readonly PolicyRule[];
  namespaces: readonly string[];
  /** Give up at this time (epoch ms). */
  until: number;
  signal?: AbortSignal;
}

export type Usable = { usable: true; at: Date } | { usable: false; because: string };

/** API servers learn of an access entry one by one: one yes may be followed by a no from its neighbour. */
const yesesInARow = 2;

/** Waits until the cluster says yes for every namespace, twice in a row over new connections. */
export async function waitUntilUsable(question: UsableQuestion): Promise<Usable> {
  const { cluster, identity, rules, namespaces, until, signal } = question;
  const rights = namespaces
    .map((namespace) => firstRight(rules, namespace))
    .filter((right) => right !== undefined);
  if (rights.length === 0) return { usable: false, because: 'the role has no rule to try' };
  let yeses = 0;
  let because = 'it was not asked';
  let signedInSecond = 0;
  let token = '';
  let stale = true;
  while (Date.now() < until) {
    signal?.throwIfAborted();
    // A cluster remembers for a while that it did not know a token, and tokens made in one second are equal.
    if (stale) {
      const second = Math.floor(Date.now() / 1000);
      if (second === signedInSecond)
        await sleep((second + 1) * 1000 - Date.now() + 5, undefined, signalOf(signal));
      signedInSecond = Math.floor(Date.now() / 1000);
      const credentials = await identity.credentials();
      ({ token } = await signEksToken({ clusterName: cluster.eksName, region: cluster.region, credentials }));
      stale = false;
    }
    try {
      const answers = await Promise.all(rights.map((right) => ask(cluster, token, right, signal)));
      const answer = answers.find((a) => a !== 'yes') ?? 'yes';
      yeses = answer === 'yes' ? yeses + 1 : 0;
      if (yeses === yesesInARow) return { usable: true, at: new Date() };
      stale = answer === 'stranger';
      because =
        answer === 'stranger'
          ? 'it does not know you yet (401)'
          : 'it knows you, but still says no to what was granted';
      if (answer === 'no') await sleep(200, undefined, signalOf(signal));
    } catch (error) {
      signal?.throwIfAborted();
      yeses = 0;
      because = networkFault(error, new URL(cluster.endpoint));
      await sleep(1000, undefined, signalOf(signal));
    }
  }
  return { usable: false, because };
}

function signalOf(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}
