/** How each ticket system proves that a delivery is its own. */
import type { TicketSystem } from '../catalog-ticketing.ts';
import type { Prove } from './delivery.ts';
import { proveGithub, proveJira, provePagerduty } from './signed-body.ts';
import { proveServicenow, proveStandard } from './timestamped.ts';

export const proveBy: Record<TicketSystem, Prove> = {
  jira: proveJira,
  servicenow: proveServicenow,
  pagerduty: provePagerduty,
  github: proveGithub,
  'standard-webhooks': proveStandard,
};
