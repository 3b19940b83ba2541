/** From bound to in force, unless an end was requested first. */
import { EndRequested } from '../errors.ts';
import { after, type Instant } from '../instant.ts';
import { type Advanced, advance, amend } from '../lifecycle.ts';
import type { AccessRequest, Binding } from '../request.ts';

export interface Held {
  taskToken: string;
  /** As BindRole read them back, with their UIDs. */
  bindings: Binding[];
}

const actor = 'curfew:HoldGrant';

/** The state machine holds for a second at least: what ends before that would be ended late. */
const shortestHoldMs = 2_000;

/** Undefined for a repeat. Throws EndRequested when the grant has to be ended now. */
export function hold(
  before: AccessRequest,
  { taskToken, bindings }: Held,
  at: Instant,
): Advanced | undefined {
  const { id, grant, waiting, status } = before;
  const over = !grant || before.endRequested || at >= after(grant.expiresAt, -shortestHoldMs);
  if (over || (status !== 'granting' && status !== 'active'))
    throw new EndRequested(`Request ${id} has to be ended.`, { details: { requestId: id, status } });
  if (waiting?.state === 'HoldGrant' && waiting.taskToken === taskToken) return undefined;
  const held = { state: 'HoldGrant' as const, taskToken, since: at };
  if (status === 'active') {
    const step = { at, actor, reason: 'held anew', changes: { waiting: held } };
    return amend(before, { ...step, type: 'grant-bound' });
  }
  const bound = withUids(grant.bindings, bindings);
  const changes = { waiting: held, grant: { ...grant, bindings: bound, boundAt: at, activatedAt: at } };
  const facts = { bindings: bound, expiresAt: grant.expiresAt };
  return advance(before, 'active', { at, actor, reason: 'bound and held', facts, changes });
}

/** What was planned is what has to be deleted, whatever a step says: only UIDs are learnt from it. */
function withUids(planned: Binding[], read: Binding[]): Binding[] {
  return planned.map((binding) => {
    const same = ({ namespace, name }: Binding) => namespace === binding.namespace && name === binding.name;
    const uid = read.find(same)?.uid;
    return uid === undefined ? binding : { ...binding, uid };
  });
}
