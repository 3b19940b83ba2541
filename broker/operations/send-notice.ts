/** Tells of a use of break-glass, loudly: everybody on its list who has not been told. Nothing waits for it. */
import type { AccessRequest } from '#domain/request.ts';
import { noteNotice } from '#domain/transitions/after-review.ts';
import type { World } from '#ports';
import { changeRecord, readRequest } from './change-record.ts';
import { sendMails } from './send-mails.ts';

type Needs = Pick<World, 'clock' | 'records' | 'mailer' | 'messages'>;

/** Mail that can't be sent now is sent by the sweep: this doesn't fail for it. */
export async function sendNotice(
  world: Needs,
  { requestId, actor }: { requestId: string; actor: string },
): Promise<AccessRequest> {
  const seen = await readRequest(world, requestId);
  const { notice } = seen;
  if (!notice || notice.sentAt !== undefined) return seen;
  const left = notice.to.filter((person) => !notice.sent.includes(person));
  const mailed = await sendMails(world, left, (person) => world.messages.noticeMail(seen, person));
  return changeRecord(world, requestId, (before) =>
    noteNotice(before, mailed, { at: world.clock.now(), actor }),
  );
}
