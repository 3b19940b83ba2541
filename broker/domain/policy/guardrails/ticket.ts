/** A ticket, where the role asks for one. */
import type { Guardrail } from '../guardrail.ts';

export const ticket: Guardrail = ({ asked, role }) =>
  role?.ticketRequired && asked.ticket === undefined
    ? [{ rule: 'ticket', effect: 'refuse', reason: `Role "${asked.role}" needs a ticket: add --ticket ID.` }]
    : [];
