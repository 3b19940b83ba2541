/** What stands in a memory world, seen from outside the records: what an administrator of the clusters would see. */
import type { MemoryWorld } from '#adapters/memory/world.ts';
import { type AuditEvent, chainFault } from '#domain/audit-event.ts';
import { isFinal, mayStand } from '#domain/lifecycle.ts';
import { marks } from '#domain/role-binding.ts';

/** Names of all RoleBindings that carry our mark, as `namespace/name`. */
export function standingBindings(world: MemoryWorld): string[] {
  return [...world.clusterOf('payments-prod').roleBindings.entries()]
    .filter(([, binding]) => binding.metadata.labels[marks.managedBy] === 'curfew')
    .map(([key]) => key);
}

/** Names of all Roles that were made for one grant, as `namespace/name`. */
export function standingRoles(world: MemoryWorld): string[] {
  return [...world.clusterOf('payments-prod').roles.entries()]
    .filter(([, role]) => role.metadata.labels[marks.managedBy] === 'curfew')
    .map(([key]) => key);
}

/** Breaches of promises 2 and 4 at any moment: something stands that no record knows or that has no evidence. */
export async function breaches(world: MemoryWorld): Promise<string[]> {
  const found: string[] = [];
  const { records, auditSink } = world.inside;
  for (const key of standingBindings(world)) {
    const request = [...records.requests.values()].find(({ grant }) =>
      grant?.bindings.some(({ namespace, name }) => `${namespace}/${name}` === key),
    );
    if (!request || !mayStand(request.status))
      found.push(`${key} stands while its record is ${request?.status ?? 'missing'}`);
    const shipped = [...auditSink.objects.values()].map((text): AuditEvent => JSON.parse(text));
    const evidence = request && shipped.some((e) => e.requestId === request.id && e.type === 'grant-opened');
    if (!evidence) found.push(`${key} stands without its grant-opened event in the locked bucket`);
  }
  for (const [id, request] of records.requests) {
    const events = await records.events(id);
    const fault = chainFault(events);
    if (fault) found.push(`${id}: ${fault}`);
    if (events.at(-1)?.hash !== request.audit.hash) found.push(`${id}: the record and its last event differ`);
    if (!isFinal(request.status) && !request.dueAt) found.push(`${id}: ${request.status} but never due`);
  }
  return found;
}

/** What is left when everything should be over: anything standing, any hold, any record that is not final. */
export async function leftovers(world: MemoryWorld): Promise<string[]> {
  const { records, entries, ledger } = world.inside;
  return [
    ...(await breaches(world)),
    ...standingBindings(world).map((key) => `RoleBinding ${key} stands`),
    ...standingRoles(world).map((key) => `Role ${key} stands`),
    ...[...entries.standing.values()]
      .filter(({ tags }) => tags['curfew:managed-by'])
      .map(({ principalArn }) => `access entry of ${principalArn} stands`),
    ...[...ledger.held.values()].flatMap((held) => [...held]).map((id) => `${id} holds an access entry`),
    ...[...records.requests.values()]
      .filter(({ status }) => !isFinal(status))
      .map(({ id, status }) => `${id} is ${status}`),
    ...(await records.unshippedRequests(100)).map((id) => `${id} has events that were not shipped`),
  ];
}
