/** Decisions on a question with whatever a test wants otherwise: alice asks for half an hour of pod-reader in payments. */
import type { Catalog, CatalogRole, PolicyRule } from '#domain/catalog.ts';
import { decide } from '#domain/policy/decide.ts';
import type { Decision } from '#domain/policy/decision.ts';
import type { Circumstances, PastRequest } from '#domain/policy/guardrail.ts';
import type { Asked } from '#domain/request.ts';
import { aCatalog } from './catalog.ts';
import { aRequest, type RequestWanted } from './request.ts';

export interface Wanted extends Partial<Circumstances> {
  asked?: Partial<Asked> | { ticket: undefined };
  requester?: { person?: string; sessionName?: string; network?: string };
  catalog?: (catalog: Catalog) => void;
  firstStart?: string;
  now?: string;
}

export const usualNow = '2026-11-21T08:00:00.000Z';

export function decided({ asked = {}, requester, catalog, now = usualNow, ...more }: Wanted = {}): Decision {
  const full = {
    cluster: 'payments-prod',
    namespaces: ['payments'],
    role: 'pod-reader',
    durationSeconds: 1800,
    reason: 'x',
    ticket: 'INC-1',
    ...asked,
  } as Asked;
  const person = requester ?? { person: 'alice@example.com' };
  const who = { sessionName: person.person ?? 'build-42', ...person };
  const given = aCatalog(catalog);
  const rules = (Object.hasOwn(given.roles, full.role) && given.roles[full.role]?.rules) || [];
  const circumstances = { past: [], organisation: [], rules, ...more };
  return decide({ catalog: given, asked: full, requester: who, now, ...circumstances });
}

/** A change of one role of the catalog. */
export const role =
  (change: (role: CatalogRole & { rules: PolicyRule[] }) => void, name = 'pod-reader') =>
  (catalog: Catalog): void => {
    const found = catalog.roles[name];
    if (found?.rules) change(found);
  };

/** An earlier request of hers. */
export function aPast(wanted: RequestWanted = {}): PastRequest {
  return aRequest({ createdAt: '2026-11-21T07:30:00.000Z', ...wanted });
}
