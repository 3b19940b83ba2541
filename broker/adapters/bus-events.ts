/** What events on the bus are called, for the adapter that puts them there and for the stack whose rules look for them. */
export const eventSource = 'curfew';

export const detailTypes = {
  request: 'Curfew Access Request',
  killSwitch: 'Curfew Kill Switch',
  ticketReply: 'Curfew Ticket Reply',
} as const;
