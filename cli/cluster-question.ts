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

export interface ClusterQuestion {
  cluster: ClusterAddress;
  identity: Pick<Identity, 'credentials'>;
  rules: readonly PolicyRule[];
  namespaces: readonly string[];
  /** Give up at this time (epoch ms). */
  until: number;
  signal?: AbortSignal;
}

/** API servers learn of a change one by one: the first answer may be followed by another one from its neighbour. */
const answersInARow = 2;

function rightsOf({ rules, namespaces }: ClusterQuestion): Record<string, string>[] {
  return namespaces.map((namespace) => firstRight(rules, namespace)).filter((right) => right !== undefined);
}

async function signToken({ cluster, identity }: ClusterQuestion): Promise<string> {
  const credentials = await identity.credentials();
  const { eksName, region } = cluster;
  return (await signEksToken({ clusterName: eksName, region, credentials })).token;
}

const sleeping = ({ signal }: ClusterQuestion) => (signal ? { signal } : {});

export type Usable = { usable: true; at: Date } | { usable: false; because: string };

/** Waits until the cluster says yes for every namespace, twice in a row over new connections. */
export async function waitUntilUsable(question: ClusterQuestion): Promise<Usable> {
  const { cluster, until, signal } = question;
  const rights = rightsOf(question);
  if (rights.length === 0) return { usable: false, because: 'the role has no rule to try' };
  let yeses = 0;
  let because = 'it was not asked';
  let token: { text: string; second: number } | undefined;
  while (Date.now() < until) {
    signal?.throwIfAborted();
    token ??= { text: await signToken(question), second: Math.floor(Date.now() / 1000) };
    const { text, second } = token;
    try {
      const answers = await Promise.all(rights.map((right) => ask(cluster, text, right, signal)));
      const answer = answers.find((each) => each !== 'yes') ?? 'yes';
      yeses = answer === 'yes' ? yeses + 1 : 0;
      if (yeses === answersInARow) return { usable: true, at: new Date() };
      if (answer === 'no') {
        because = 'it knows you, but still says no to what was granted';
        await sleep(200, undefined, sleeping(question));
      }
      if (answer === 'stranger') {
        because = 'it does not know you yet (401)';
        // A cluster remembers for a while that it did not know a token, and tokens made in one second are equal.
        token = undefined;
        await sleep(Math.max(0, (second + 1) * 1000 + 5 - Date.now()), undefined, sleeping(question));
      }
    } catch (error) {
      signal?.throwIfAborted();
      yeses = 0;
      because = networkFault(error, new URL(cluster.endpoint));
      await sleep(1000, undefined, sleeping(question));
    }
  }
  return { usable: false, because };
}

/**
 * Waits until the cluster refuses the caller in every namespace, twice in a row; false when it did not come to that.
 * A yes proves nothing: another grant of the caller may give the same right.
 */
export async function waitUntilRefused(question: ClusterQuestion): Promise<boolean> {
  const { cluster, until, signal } = question;
  const rights = rightsOf(question);
  const token = await signToken(question);
  for (let refusals = 0; rights.length > 0 && Date.now() < until; ) {
    signal?.throwIfAborted();
    const answers = await Promise.all(rights.map((right) => ask(cluster, token, right, signal)));
    refusals = answers.includes('yes') ? 0 : refusals + 1;
    if (refusals === answersInARow) return true;
    await sleep(250, undefined, sleeping(question));
  }
  return false;
}
