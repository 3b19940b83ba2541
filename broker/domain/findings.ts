/** What a look at a cluster shows beside what the records say. Pure; whoever acts on a finding reads the record again first. */
import { after, type Instant } from './instant.ts';
import type { LiveGrant } from './live-grant.ts';
import type { StandingGrant, StandingRole, UnbindPlan } from './plan.ts';
import type { Binding } from './request.ts';

/** A RoleBinding, or a Role that was made for one grant. */
export type Standing = StandingGrant | StandingRole;

const isRole = (standing: Standing): standing is StandingRole => 'rulesDigest' in standing;
const kindOf = (standing: Standing) => (isRole(standing) ? 'Role' : 'RoleBinding');

export type Finding =
  /** It has our mark, and no live grant has a RoleBinding there. */
  | { kind: 'orphan'; requestId: string; standing: Standing; reason: string }
  /** It is not what its grant made. */
  | { kind: 'edited'; requestId: string; standing: Standing; reason: string }
  /** Its grant is over for long enough that whoever ends it in time must have failed. */
  | { kind: 'overdue'; requestId: string; reason: string }
  /** A grant in force lacks it. */
  | { kind: 'missing'; requestId: string; binding: Binding; reason: string };

/** So long after its end, or its beginning, a grant is left to those who end or make it. */
export const patienceMs = 60_000;

type Place = Pick<Binding, 'namespace' | 'name'>;

/** Place of a RoleBinding as text; text order is the order in which an API server lists. */
export const placeOf = ({ namespace, name }: Place): string => `${namespace}/${name}`;

/** What to delete of it: exactly the RoleBinding that was seen, or a Role, together with what may bind it. */
export function targetOf(standing: Standing): Pick<UnbindPlan, 'bindings' | 'task'> {
  const { namespace, name, uid } = standing;
  return isRole(standing)
    ? { bindings: [{ namespace, name }], task: true }
    : { bindings: [{ namespace, name, uid }] };
}

/** What one RoleBinding or Role with our mark is, next to the live grant that its label names; undefined where it is as it should be. */
export function judge(live: LiveGrant | undefined, standing: Standing, now: Instant): Finding | undefined {
  const { requestId } = standing;
  const place = isRole(standing) ? `Role ${placeOf(standing)}` : placeOf(standing);
  if (!live) return { kind: 'orphan', requestId, standing, reason: `${place} stands without a live grant` };
  const binding = live.bindings.find((planned) => placeOf(planned) === placeOf(standing));
  if (!binding || (isRole(standing) && live.task === undefined))
    return {
      kind: 'orphan',
      requestId,
      standing,
      reason: `its grant has no ${kindOf(standing)} ${placeOf(standing)}`,
    };
  const edit = isRole(standing) ? editOfRole(live, standing) : editOf(live, binding, standing);
  if (edit) return { kind: 'edited', requestId, standing, reason: `${place} was edited by hand: ${edit}` };
  if (after(live.expiresAt, patienceMs) <= now)
    return { kind: 'overdue', requestId, reason: `${place} stands past the end of its grant` };
  return undefined;
}

function editOf(live: LiveGrant, binding: Binding, standing: StandingGrant): string | undefined {
  const { roleRef, subjects } = standing;
  const { kind, name } = live.subject.kubernetes;
  const [subject, ...others] = subjects;
  if (binding.uid !== undefined && binding.uid !== standing.uid) return 'it was made anew';
  if (others.length > 0) return 'it has more subjects';
  if (subject?.kind !== kind || subject.name !== name) return 'it has another subject';
  const given = live.task === undefined ? ['ClusterRole', live.clusterRole] : ['Role', binding.name];
  if (roleRef.kind !== given[0] || roleRef.name !== given[1]) return 'it gives another role';
  if (standing.expiresAt !== live.expiresAt) return 'it has another expires-at';
  return undefined;
}

function editOfRole(live: LiveGrant, standing: StandingRole): string | undefined {
  if (standing.rulesDigest !== live.task) return 'it has other rules';
  if (standing.expiresAt !== live.expiresAt) return 'it has another expires-at';
  return undefined;
}

/** A page of a list in the order of places: all that stands `after` one place and up to another (absent: to the end). */
export interface Shown {
  kind: 'RoleBinding' | 'Role';
  standing: readonly Standing[];
  after: string;
  upTo?: string;
}

/** What of grants in force a page ought to show and doesn't. */
export function missingOf(live: readonly LiveGrant[], shown: Shown, now: Instant): Finding[] {
  const places = new Set(shown.standing.map(placeOf));
  const isOnPage = (place: string) =>
    place > shown.after && (shown.upTo === undefined || place <= shown.upTo);
  return live
    .filter((grant) => oughtToStand(grant, now) && (shown.kind === 'RoleBinding' || grant.task !== undefined))
    .flatMap(({ requestId, bindings }) =>
      bindings
        .filter((binding) => isOnPage(placeOf(binding)) && !places.has(placeOf(binding)))
        .map(
          (binding): Finding => ({
            kind: 'missing',
            requestId,
            binding,
            reason: `${shown.kind === 'Role' ? 'Role ' : ''}${placeOf(binding)} was deleted by hand`,
          }),
        ),
    );
}

/** In force, and neither just begun nor about to end. */
export function oughtToStand({ status, activatedAt, expiresAt }: LiveGrant, now: Instant): boolean {
  return (
    status === 'active' &&
    activatedAt !== undefined &&
    after(activatedAt, patienceMs) <= now &&
    now < after(expiresAt, -patienceMs)
  );
}

/** Everything that one page of a cluster shows. `live`: all that may stand there, by the records. */
export function findings(live: readonly LiveGrant[], shown: Shown, now: Instant): Finding[] {
  const byId = new Map(live.map((grant) => [grant.requestId, grant]));
  const stood = shown.standing.flatMap(
    (standing) => judge(byId.get(standing.requestId), standing, now) ?? [],
  );
  return [...stood, ...missingOf(live, shown, now)];
}
