/** Kill orders as operators handle them: order, lift, look. Refused for everybody else. */
import { KillNotFound, NotAllowed } from '#domain/errors.ts';
import { resolveScope } from '#domain/given-scope.ts';
import { type Caller, callerKey } from '#domain/identity.ts';
import { type KillOrder, lift, newOrder, type OrderAdvanced } from '#domain/kill-order.ts';
import type { KillScope } from '#domain/kill-scope.ts';
import type { Page, World } from '#ports';
import { isOperator } from './read-access.ts';
import { bestEffort } from './signal.ts';
import { tryAgain } from './try-again.ts';

type Catalog = Pick<World, 'catalog'>;

/**
 * From the answer on nothing of the scope can be opened. Idempotent by scope: while it is on, a second order answers with
 * the first. What is live is ended by KillGrants; a call of it that is lost is repeated by the sweep.
 */
export async function orderKill(
  world: Catalog & Pick<World, 'clock' | 'ids' | 'settings' | 'kills' | 'background'>,
  { caller, scope, reason }: { caller: Caller; scope: KillScope; reason: string },
): Promise<{ order: KillOrder; created: boolean }> {
  refuseUnlessOperator(world, caller);
  const resolved = resolveScope(scope, { catalog: world.catalog, region: world.settings.region });
  const id = world.ids.requestId();
  const order = await tryAgain(() =>
    world.kills.begin(
      newOrder({ id, scope: resolved, by: callerKey(caller), reason, at: world.clock.now() }),
    ),
  );
  await bestEffort(() => world.background.killGrants(order.id));
  return { order, created: order.id === id };
}

/** Lets grants of the scope be opened again. What was denied or ended meanwhile stays so. Idempotent. */
export async function liftKill(
  world: Catalog & Pick<World, 'clock' | 'kills'>,
  { caller, id, reason }: { caller: Caller; id: string; reason: string },
): Promise<KillOrder> {
  refuseUnlessOperator(world, caller);
  return changeOrder(world, id, (before) =>
    lift(before, { by: callerKey(caller), reason }, world.clock.now()),
  );
}

export async function showKill(
  world: Catalog & Pick<World, 'kills'>,
  { caller, id }: { caller: Caller; id: string },
): Promise<KillOrder> {
  refuseUnlessOperator(world, caller);
  return readOrder(world, id);
}

/** Newest first. */
export async function listKills(
  world: Catalog & Pick<World, 'kills'>,
  { caller, ...page }: { caller: Caller; limit: number; cursor?: string },
): Promise<Page<KillOrder>> {
  refuseUnlessOperator(world, caller);
  return world.kills.list(page);
}

function refuseUnlessOperator({ catalog }: Catalog, caller: Caller): void {
  if (isOperator(catalog, caller)) return;
  throw new NotAllowed('Only an operator of the catalog can use the kill switch, or see it.');
}

async function readOrder(world: Pick<World, 'kills'>, id: string): Promise<KillOrder> {
  const order = await world.kills.read(id);
  if (!order) throw new KillNotFound(`There is no kill order ${id}.`, { details: { killId: id } });
  return order;
}

/** `plan` is pure and may be called again; undefined leaves the order as it is. Returns it as it stands then. */
export async function changeOrder(
  world: Pick<World, 'kills'>,
  id: string,
  plan: (before: KillOrder) => OrderAdvanced | undefined,
): Promise<KillOrder> {
  return tryAgain(async () => {
    const before = await readOrder(world, id);
    const planned = plan(before);
    if (!planned) return before;
    await world.kills.save({ ...planned, expectedVersion: before.version });
    return planned.order;
  });
}
