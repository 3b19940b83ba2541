/** Reads what a decision needs to know besides the catalog: what else this person has and had, kill switches, the ticket, and what the organisation's policy says. */
import { isAfterReviewOpen } from '#domain/after-review.ts';
import { scopesOf } from '#domain/kill-scope.ts';
import type { Finding } from '#domain/policy/decision.ts';
import type { Circumstances } from '#domain/policy/guardrail.ts';
import type { PolicyInput } from '#domain/policy/organisation.ts';
import { policyInput } from '#domain/policy/policy-input.ts';
import { findingsOf } from '#domain/policy/verdict-findings.ts';
import type { AccessRequest } from '#domain/request.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { TicketLook } from '#domain/ticket.ts';
import type { World } from '#ports';
import { lookAtTicket } from './look-at-ticket.ts';
import type { Surveyed } from './survey-asked.ts';

/** As far back as any limit looks. */
const newest = 100;

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'kills' | 'organisation' | 'tickets' | 'metrics'>;
type Judged = Pick<AccessRequest, 'id' | 'requester' | 'subject' | 'asked' | 'resolved'>;

/**
 * Fails closed: where any of it can't be read, there is no decision.
 *
 * @param judged `resolved` as of now
 * @param surveyed what its cluster says of it
 * @param looked at its ticket, where somebody has done that already
 */
export async function readCircumstances(
  world: Needs,
  phase: PolicyInput['phase'],
  judged: Judged,
  { role, labels }: Surveyed,
  looked?: { ticket: TicketLook | undefined },
): Promise<Circumstances> {
  const [past, killSwitch, ticket] = await Promise.all([
    pastOf(world, judged),
    world.kills.switchOn(scopesOf(judged)),
    looked ? looked.ticket : lookAtTicket(world, judged.asked),
  ]);
  const organisation = await judge(world, phase, judged, past);
  return {
    past,
    organisation,
    rules: grantedRules(judged.resolved),
    ...(killSwitch === undefined ? {} : { killSwitch }),
    ...(role === undefined ? {} : { surveyed: role }),
    ...(labels === undefined ? {} : { labels }),
    ...(ticket === undefined ? {} : { ticket }),
  };
}

async function othersOf(world: Pick<World, 'records'>, { id, requester }: Judged): Promise<AccessRequest[]> {
  const { items } = await world.records.listByRequester(requester.key, { limit: newest });
  return items.filter((other) => other.id !== id);
}

/** Of break-glass with everything of theirs that waits for an after-review, however long ago: newer requests must not hide it. */
async function pastOf(world: Pick<World, 'records'>, judged: Judged): Promise<AccessRequest[]> {
  const others = await othersOf(world, judged);
  if (!judged.asked.breakGlass) return others;
  const known = new Set([judged.id, ...others.map(({ id }) => id)]);
  let cursor: string | undefined;
  do {
    const page = await world.records.listOpen({ limit: newest, ...(cursor === undefined ? {} : { cursor }) });
    const theirs = page.items.filter(
      (open) => open.requester.key === judged.requester.key && isAfterReviewOpen(open) && !known.has(open.id),
    );
    others.push(...theirs);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return others;
}

/** What names nothing of the catalog is refused without asking. */
async function judge(
  { clock, catalog, organisation }: Needs,
  phase: PolicyInput['phase'],
  { asked, requester, resolved: { rules, task } }: Judged,
  others: readonly AccessRequest[],
): Promise<Finding[]> {
  const input = policyInput({
    ...{ now: clock.now(), phase, asked, requester, others, catalog, rules },
    ...(task ? { task } : {}),
  });
  return input ? findingsOf(await organisation.judge(input)) : [];
}
