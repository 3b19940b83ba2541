/** What a proven delivery says that somebody did with a ticket by which they may ask for access; read by the documented shape of each system. */
import type { TicketUser } from '../asks/asker.ts';
import type { Asks } from '../catalog-asks.ts';
import type { TicketSystem } from '../catalog-ticketing.ts';
import type { Instant } from '../instant.ts';
import { saidInJira } from './said-jira.ts';
import { saidInGithub, saidInPagerduty, saidInServicenow, saidInStandard } from './said-others.ts';

export interface Said {
  /** As ticketKey has it. */
  ticket: string;
  /** When they did it, by the clock of the source. */
  at: Instant;
  /** Names this within its ticket, and is the same however often it is told. */
  id: string;
  /** Who did it. Absent: nobody whom the system vouches for, such as an app, or a customer of its portal. */
  by?: TicketUser;
  /** Free text: the title of the ticket. */
  summary?: string;
  /** Whether the ticket is closed, as the same delivery says. */
  closed: boolean;
  way: Way;
}

export type Way =
  /** A new comment, whole. */
  | { comment: string }
  /** Labels that were put on. */
  | { labels: string[] }
  /** The role was set; what the fields say now. */
  | { fields: { role: string; namespaces?: string; duration?: string; cluster?: string } };

/** Undefined: nobody asks by it. 'unreadable': somebody may, and it has another shape than documented. */
export type ReadSaid = (body: unknown, of: Asking) => Said | undefined | 'unreadable';

export interface Asking {
  asks: Asks;
  closedStates: readonly string[];
}

export const readSaid: Record<TicketSystem, ReadSaid> = {
  jira: saidInJira,
  github: saidInGithub,
  pagerduty: saidInPagerduty,
  servicenow: saidInServicenow,
  'standard-webhooks': saidInStandard,
};
