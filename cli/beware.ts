/** What the role of a request can lead to, with what the catalog says to it now: told to whoever is to answer. */
import { concernInWords, concernsOf } from '#domain/escalation/accepts.ts';
import { grantedRules } from '#domain/task-rules.ts';
import type { RequestView } from '#http/request-view.ts';
import type { CatalogView } from '#http/routes/catalog.ts';

export function bewareOf({ roles }: CatalogView, { asked, resolved }: RequestView): string[] {
  const accepts = roles.find(({ name }) => name === asked.role)?.accepts ?? [];
  return concernsOf({ rules: [...grantedRules(resolved)], accepts }).map(concernInWords);
}
