/** A ticket where the role asks for one, in the form that the catalog knows. */
import type { Guardrail } from '../guardrail.ts';

export const ticket: Guardrail = ({ catalog, asked, role }) => {
  if (asked.ticket === undefined) {
    const needed = role?.ticketRequired === true;
    return needed
      ? [{ rule: 'ticket', refuse: `Role "${asked.role}" needs a ticket: add --ticket ID.`, waivable: true }]
      : [];
  }
  const { format } = catalog.tickets;
  if (format === undefined || new RegExp(`^(?:${format})$`, 'u').test(asked.ticket)) return [];
  return [{ rule: 'ticket', refuse: `"${asked.ticket}" is not a ticket: one looks like ${format}.` }];
};
