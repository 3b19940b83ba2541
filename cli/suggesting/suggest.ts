/** The narrowest way to be allowed what a cluster refused, out of what can be asked for. Pure. */

import { mayBeFor } from '#domain/namespaces.ts';
import { allows } from '#domain/rbac.ts';
import { allowFor, taskRules } from '#domain/task-rules.ts';
import type { CatalogView } from '#http/routes/catalog.ts';
import type { RefusedCall } from './forbidden.ts';

type ListedRole = CatalogView['roles'][number];
/** One whose rules are known. What a ClusterRole of the clusters allows is not, without asking one. */
type Role = ListedRole & { rules: NonNullable<ListedRole['rules']> };
const isKnown = (role: ListedRole): role is Role => role.rules !== undefined;

/** A role of the catalog that allows the calls. */
export interface Suggestion {
  kind: 'role';
  role: Role;
  calls: RefusedCall[];
  /** The calls and nothing else, as a task within the role; empty where it is given as a whole only. */
  allow: string[];
  namespaces: string[];
  /** Clusters that it can be had on; more than one: whoever asks has to say which. */
  clusters: string[];
}

export interface Wanted {
  cluster?: string | undefined;
  /** Where it is needed, for messages that name no namespace. */
  namespaces?: readonly string[] | undefined;
}

export interface Suggested {
  suggestions: Suggestion[];
  /** What no role gives, each with the reason in words. */
  without: { call: RefusedCall; why: string }[];
}

/** One role for everything where there is one, else one for each call that any role allows. */
export function suggest(
  calls: readonly RefusedCall[],
  catalog: Pick<CatalogView, 'roles'>,
  wanted: Wanted = {},
): Suggested {
  const roles = catalog.roles.filter(isKnown);
  const placed = calls.map((call) => placesOf(call, roles, wanted));
  const reachable = placed.filter(({ namespaces }) => namespaces.length > 0);
  const whole = reachable.length > 1 ? narrowest(reachable, roles, wanted) : undefined;
  if (whole) return { suggestions: [whole], without: placed.flatMap((each) => unreached(each)) };
  const each = placed.map((one) => ({
    one,
    found: one.namespaces.length > 0 ? narrowest([one], roles, wanted) : undefined,
  }));
  return {
    suggestions: merged(each.flatMap(({ found }) => found ?? [])),
    without: each.flatMap(({ one, found }) =>
      found ? [] : [{ call: one.call, why: one.why ?? nowhere(one, roles, wanted) }],
    ),
  };
}

interface Placed {
  call: RefusedCall;
  /** Empty where no grant in namespaces can allow it. */
  namespaces: readonly string[];
  why?: string;
}

function placesOf(call: RefusedCall, roles: readonly Role[], { namespaces = [] }: Wanted): Placed {
  if (call.namespace !== undefined) return { call, namespaces: [call.namespace] };
  if (!roles.some(({ rules }) => allows(rules, call))) {
    const why =
      'it is for the whole cluster, and access is given in namespaces only. Ask your platform team.';
    return { call, namespaces: [], why };
  }
  if (namespaces.length > 0) return { call, namespaces };
  const why =
    'kubectl asked for it in all namespaces at once, and access is given in namespaces only. Name one with -n.';
  return { call, namespaces: [], why };
}

const unreached = ({ call, why }: Placed) => (why === undefined ? [] : [{ call, why }]);

function narrowest(
  placed: readonly Placed[],
  roles: readonly Role[],
  { cluster }: Wanted,
): Suggestion | undefined {
  const namespaces = [...new Set(placed.flatMap((each) => each.namespaces))];
  const [role] = roles
    .filter(
      (each) =>
        placed.every(({ call }) => allows(each.rules, call)) &&
        namespaces.every((namespace) => mayBeFor(each, namespace)) &&
        (cluster === undefined || each.clusters.includes(cluster)),
    )
    .sort((a, b) => weight(a) - weight(b) || breadth(a) - breadth(b) || (a.name < b.name ? -1 : 1));
  if (!role) return undefined;
  const clusters = cluster === undefined ? role.clusters : [cluster];
  const calls = placed.map(({ call }) => call);
  return { kind: 'role', role, calls, allow: allowOf(role, calls), namespaces, clusters };
}

function allowOf({ name, rules, tasks }: Role, calls: readonly RefusedCall[]): string[] {
  const allow = tasks === 'never' ? [] : allowFor(calls);
  return 'rules' in taskRules({ role: name, bounds: rules }, allow) ? allow : [];
}

const weights = { critical: 10_000, high: 100, medium: 1 };

/** What a role can lead to counts before how much it lists. */
const weight = ({ escalations }: Role) =>
  escalations.reduce((sum, { severity }) => sum + weights[severity], 0);

/** How many calls the rules list; one that is held to names counts less than one that isn't. */
export function breadth({ rules }: Pick<Role, 'rules'>): number {
  return rules.reduce((sum, { verbs, apiGroups, resources, resourceNames }) => {
    const names = resourceNames ? 1 - 1 / (1 + resourceNames.length) : 1;
    return sum + verbs.length * apiGroups.length * resources.length * names;
  }, 0);
}

/** Suggestions of the same role in the same places are one. */
function merged(list: readonly Suggestion[]): Suggestion[] {
  const byPlace = new Map<string, Suggestion>();
  for (const one of list) {
    const key = `${one.role.name} ${one.namespaces.join(',')}`;
    const before = byPlace.get(key);
    const calls = [...(before?.calls ?? []), ...one.calls];
    byPlace.set(key, { ...one, calls, allow: allowOf(one.role, calls) });
  }
  return [...byPlace.values()];
}

function nowhere({ call, namespaces }: Placed, roles: readonly Role[], { cluster }: Wanted): string {
  const able = roles.filter(({ rules }) => allows(rules, call));
  if (able.length === 0) return 'no role that can be asked for allows it. Ask your platform team.';
  const places = able.map(
    (role) => `${role.name} (${role.clusters.join(', ')}: ${role.namespaces.join(', ')})`,
  );
  return `no role allows it in ${namespaces.join(', ')}${cluster === undefined ? '' : ` on ${cluster}`}. Elsewhere: ${places.join('; ')}.`;
}
