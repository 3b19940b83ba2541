/** Mails the person whom others have asked for that it is approved and how they claim it; once, and again only where it could not be sent. */
import { amend } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { sendMails } from './send-mails.ts';

type Needs = Pick<World, 'clock' | 'records' | 'mailer' | 'messages'>;

export async function askToClaim(
  world: Needs,
  { requestId, actor }: { requestId: string; actor: string },
): Promise<AccessRequest> {
  const seen = await readRequest(world, requestId);
  const { person } = seen.requester;
  if (!awaitsClaim(seen) || seen.claim?.mailedAt !== undefined || person === undefined) return seen;
  const { sent, problem } = await sendMails(world, [person], () => world.messages.claimMail(seen, person));
  return changeRecord(world, requestId, (before) => {
    const { claim } = before;
    if (!awaitsClaim(before) || !claim || claim.mailedAt !== undefined) return undefined;
    const at = world.clock.now();
    return amend(before, {
      at,
      actor,
      reason: problem
        ? `${person} could not be mailed how to claim it; trying again: ${problem}`
        : `${person} was mailed how to claim it`,
      type: 'claim-asked',
      facts: { mailed: sent },
      changes: {
        claim: {
          ...claim,
          mailTries: (claim.mailTries ?? 0) + 1,
          ...(sent.length > 0 ? { mailedAt: at } : {}),
        },
      },
    });
  });
}
