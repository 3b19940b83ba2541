/** Has what tickets ask for followed, where the call that was to do it was lost, or could not. */
import type { World } from '#ports';

export async function driveAsks(world: Pick<World, 'ticketNotes' | 'background'>): Promise<void> {
  const noted = await world.ticketNotes.asks();
  if (noted.length > 0) await world.background.askByTicket();
}
