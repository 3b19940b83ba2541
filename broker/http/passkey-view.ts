/** PasskeyView: the wire form of a passkey; never its link, and not the code that its person reads to whoever confirms it. */
import * as z from 'zod';
import { passkeyStatuses } from '#domain/audit-event.ts';
import { type Passkey, passkeyStatus } from '#domain/passkey.ts';

const instant = z.iso.datetime().describe('UTC, ISO 8601 with milliseconds.');

export const passkeyView = z
  .object({
    id: z.string().describe('ULID.'),
    status: z
      .enum(passkeyStatuses)
      .describe(
        '`enrolling`: its link was not used yet. `unconfirmed`: made; somebody else has to vouch for it. `usable`: approves. `revoked`: approves nothing any more.',
      ),
    person: z.string(),
    name: z.string(),
    createdAt: instant,
    updatedAt: instant,
    registeredAt: instant.optional(),
    confirmed: z.object({ at: instant, by: z.string() }).optional(),
    used: z.object({ at: instant, requestId: z.string() }).optional().describe('Its latest use.'),
    suspected: z
      .object({ at: instant, requestId: z.string() })
      .optional()
      .describe('When its counter had not grown, which was refused: somebody may have a copy.'),
    revoked: z.object({ at: instant, by: z.string(), reason: z.string() }).optional(),
  })
  .meta({ id: 'Passkey' });
export type PasskeyView = z.output<typeof passkeyView>;

export const passkeyPage = z
  .object({
    items: z.array(passkeyView),
    cursor: z.string().optional().describe('Give it back as `cursor` for the next page; absent on the last.'),
  })
  .meta({ id: 'PasskeyPage' });
export type PasskeyPage = z.output<typeof passkeyPage>;

export const enrolmentView = z
  .object({
    passkey: passkeyView,
    link: z.string().describe('Opens the page on which it is made: once, within 15 minutes, for you alone.'),
    expiresAt: instant,
  })
  .meta({ id: 'PasskeyEnrolment' });
export type EnrolmentView = z.output<typeof enrolmentView>;

export function passkeyViewOf(passkey: Passkey): PasskeyView {
  return passkeyView.parse({ ...passkey, status: passkeyStatus(passkey) });
}
