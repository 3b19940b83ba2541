/** What the cluster's audit log tells about a grant goes on its record: first use, its end by the cluster's own word, what outlives it, what is unusual. */
import type { Instant } from '../instant.ts';
import { type Advanced, amend, isFinal } from '../lifecycle.ts';
import type { AccessRequest } from '../request.ts';
import { residualOf } from '../usage/residual.ts';
import type { Flag } from '../usage/rules.ts';
import { removalOf } from '../usage/summary.ts';
import type { Usage } from '../usage/usage.ts';

const actor = 'curfew:TraceUsage';

/** Kept of each on the record. */
const most = 20;

/** When its access was over: proven by us, else by the cluster's word. Absent while it may stand. */
export function endOf({ grant }: Pick<AccessRequest, 'grant'>, usage: Usage): Instant | undefined {
  if (!grant) return undefined;
  if (grant.unboundAt !== undefined) return grant.unboundAt;
  const { confirmed, words } = removalOf(usage, grant.bindings, undefined);
  return confirmed === 'yes' ? words.at(-1)?.at : undefined;
}

/** Undefined where it is on record, or nothing was used. */
export function noteFirstUse(before: AccessRequest, usage: Usage, at: Instant): Advanced | undefined {
  const { first } = usage;
  if (!first || before.usage?.first) return undefined;
  return amend(before, {
    at,
    actor,
    type: 'first-used',
    reason: `first used at ${first.at}`,
    facts: first,
    changes: { usage: { ...before.usage, first } },
  });
}

/** The API server's own word that each RoleBinding is deleted. Undefined until it has told so, and once it is on record. */
export function noteRemoval(before: AccessRequest, usage: Usage, at: Instant): Advanced | undefined {
  const { grant } = before;
  if (!grant || before.usage?.removal) return undefined;
  const { confirmed, words } = removalOf(usage, grant.bindings, undefined);
  const last = words.at(-1);
  if (confirmed !== 'yes' || !last) return undefined;
  const deletes = words.filter(({ verb }) => verb === 'delete');
  return amend(before, {
    at,
    actor,
    type: 'removal-confirmed',
    reason: `the API server tells that its RoleBinding is deleted since ${last.at}`,
    facts: {
      words: deletes.map(({ auditId, at: told, namespace, by }) => ({ auditId, at: told, namespace, by })),
    },
    changes: { usage: { ...before.usage, removal: { at: last.at, auditId: last.auditId } } },
  });
}

/** What outlives the grant and is not on record yet. Undefined while it is not over. */
export function noteResidual(before: AccessRequest, usage: Usage, at: Instant): Advanced | undefined {
  const end = endOf(before, usage);
  if (end === undefined) return undefined;
  const known = before.usage?.residual ?? [];
  const fresh = residualOf(usage, end)
    .filter(({ auditId }) => !known.includes(auditId))
    .slice(0, most - known.length);
  const [worst] = fresh;
  if (!worst) return undefined;
  const count = fresh.length === 1 ? 'one thing' : `${fresh.length} things`;
  return amend(before, {
    at,
    actor,
    type: 'residual-found',
    reason: `${count} may outlive it: ${worst.what}${fresh.length > 1 ? ', and more' : ''}`,
    facts: { end, severity: worst.severity, residual: fresh },
    changes: { usage: { ...before.usage, residual: [...known, ...fresh.map(({ auditId }) => auditId)] } },
  });
}

/** Each rule once for a grant; past the end as well as before. */
export function noteFlag(before: AccessRequest, flag: Flag, at: Instant): Advanced | undefined {
  const known = before.usage?.flags ?? [];
  if (!before.grant || known.some(({ rule }) => rule === flag.rule)) return undefined;
  return amend(before, {
    at,
    actor,
    type: 'usage-flagged',
    reason: `${flag.rule}: ${flag.why}`,
    facts: { rule: flag.rule, auditId: flag.auditId, done: flag.at, live: !isFinal(before.status) },
    changes: { usage: { ...before.usage, flags: [...known, flag] } },
  });
}
