/** Passkey: a reviewer's own authenticator, enrolled by them while signed in and vouched for by a second person before it counts. */
import { type AuditEvent, chain, chainStart, type EventType, type PasskeyStatus } from './audit-event.ts';
import { sha256Hex } from './digest.ts';
import { LinkUnusable, NotAllowed, PasskeyRefused, WrongStatus } from './errors.ts';
import { after, type Instant } from './instant.ts';
import { mayBeSame } from './people.ts';

/** What the authenticator made. */
export interface Credential {
  /** Base64url. */
  id: string;
  /** COSE, base64url. */
  publicKey: string;
  /** Grows with each use; always 0 where the authenticator doesn't count, as synced passkeys don't. */
  counter: number;
  /** How browsers reach it. */
  transports: string[];
}

export interface Passkey {
  schema: 1;
  /** ULID. */
  id: string;
  /** Counts writes; every save is conditional on the one it read. */
  version: number;
  /** Main name of whom it stands for. */
  person: string;
  /** What they call it. */
  name: string;
  createdAt: Instant;
  updatedAt: Instant;
  /** The one-time link on whose page it is made: its hash, as that of a review link. */
  enrolment: { hash: string; expiresAt: Instant };
  credential?: Credential;
  registeredAt?: Instant;
  confirmed?: { at: Instant; by: string };
  /** `assertion`: hash of what it signed last. */
  used?: { at: Instant; requestId: string; assertion: string };
  /** When its counter had not grown: two authenticators may hold it. */
  suspected?: { at: Instant; requestId: string };
  revoked?: { at: Instant; by: string; reason: string };
  audit: { seq: number; hash: string };
}

export interface PasskeyAdvanced {
  passkey: Passkey;
  events: AuditEvent<PasskeyStatus>[];
}

/** How long the link of an enrolment is good. */
export const enrolmentMs = 15 * 60_000;

export function passkeyStatus(passkey: Pick<Passkey, 'credential' | 'confirmed' | 'revoked'>): PasskeyStatus {
  if (passkey.revoked) return 'revoked';
  if (passkey.confirmed) return 'usable';
  return passkey.credential ? 'unconfirmed' : 'enrolling';
}

export const isUsable = (passkey: Passkey): boolean => passkeyStatus(passkey) === 'usable';

export const enrolmentHash = (secret: string): string => sha256Hex(`curfew-passkey-enrolment:${secret}`);

/** What its holder reads to whoever confirms it: of the public key, `1f2e-3d4c`. */
export function confirmationCode({ publicKey }: Pick<Credential, 'publicKey'>): string {
  const hex = sha256Hex(`curfew-passkey-code:${publicKey}`);
  return `${hex.slice(0, 4)}-${hex.slice(4, 8)}`;
}

export function newPasskey(
  given: Pick<Passkey, 'id' | 'person' | 'name'> & { at: Instant; hash: string },
): PasskeyAdvanced {
  const { at, hash, id, person, name } = given;
  const expiresAt = after(at, enrolmentMs);
  const fresh: Passkey = {
    schema: 1,
    id,
    version: 0,
    person,
    name,
    createdAt: at,
    updatedAt: at,
    enrolment: { hash, expiresAt },
    audit: { seq: 0, hash: chainStart },
  };
  return changed(fresh, {}, { at, type: 'passkey-asked', actor: person, facts: { name, expiresAt } });
}

/** `hash`: of the link's secret. Throws LinkUnusable where the link is another, over, or used. */
export function register(
  before: Passkey,
  hash: string,
  credential: Credential,
  at: Instant,
): PasskeyAdvanced {
  refuseUnlessEnrolling(before, hash, at);
  return changed(
    before,
    { credential, registeredAt: at },
    {
      at,
      type: 'passkey-registered',
      actor: before.person,
      facts: { credentialId: credential.id, publicKey: credential.publicKey },
    },
  );
}

export function refuseUnlessEnrolling(passkey: Passkey, hash: string, at: Instant): void {
  if (passkey.enrolment.hash !== hash)
    throw new LinkUnusable('There is no such link. Run `curfew passkey enroll` for a new one.');
  if (passkey.credential)
    throw new LinkUnusable(
      'This link was used already: it makes one passkey. `curfew passkey list` shows it.',
    );
  if (passkey.revoked || at >= passkey.enrolment.expiresAt)
    throw new LinkUnusable(
      'This link is over: it is good for 15 minutes. Run `curfew passkey enroll` again.',
    );
}

/** `by` vouches that the one who holds it is its person: they have read the code out. Never its person under any name. */
export function confirm(
  before: Passkey,
  { by, code, names }: { by: string; code: string; names: readonly string[] },
  at: Instant,
): PasskeyAdvanced {
  if ([before.person, ...names].some((name) => mayBeSame(name, by)))
    throw new NotAllowed('Nobody confirms their own passkey. Somebody else who reviews has to.');
  const { credential } = before;
  if (!credential || passkeyStatus(before) !== 'unconfirmed')
    throw new WrongStatus(`Passkey ${before.id} is ${passkeyStatus(before)}: there is nothing to confirm.`, {
      details: { passkeyId: before.id, status: passkeyStatus(before) },
    });
  if (confirmationCode(credential) !== code.trim().toLowerCase())
    throw new NotAllowed(
      `That is not the code of passkey ${before.id}. ${before.person} was shown it when they made it: ask them, not by mail.`,
    );
  return changed(
    before,
    { confirmed: { at, by } },
    { at, type: 'passkey-confirmed', actor: by, facts: { person: before.person, name: before.name } },
  );
}

/**
 * `assertion`: hash of what was signed. Throws PasskeyRefused for one that is not usable, or that has signed this before; what
 * comes back as `suspect` has a counter that didn't grow, and is no approval.
 */
export function use(
  before: Passkey,
  { counter, requestId, assertion }: { counter: number; requestId: string; assertion: string },
  at: Instant,
): PasskeyAdvanced & { suspect: boolean } {
  const { credential } = before;
  if (!credential || !isUsable(before))
    throw new PasskeyRefused(
      before.revoked
        ? 'This passkey was revoked: it approves nothing any more.'
        : 'This passkey is not confirmed yet: somebody else who reviews has to run `curfew passkey confirm`.',
    );
  if (before.used?.assertion === assertion)
    throw new PasskeyRefused('What your passkey signed was sent before. Press Approve again.');
  const counts = counter > 0 || credential.counter > 0;
  if (counts && counter <= credential.counter) {
    const facts = { requestId, kept: credential.counter, given: counter };
    const event = { at, type: 'passkey-suspected', actor: before.person, facts } as const;
    return { ...changed(before, { suspected: { at, requestId } }, event), suspect: true };
  }
  const event = { at, type: 'passkey-used', actor: before.person, facts: { requestId, counter } } as const;
  const changes = { credential: { ...credential, counter }, used: { at, requestId, assertion } };
  return { ...changed(before, changes, event), suspect: false };
}

/** Undefined where it is revoked already. */
export function revokePasskey(
  before: Passkey,
  { by, reason }: { by: string; reason: string },
  at: Instant,
): PasskeyAdvanced | undefined {
  if (before.revoked) return undefined;
  const event = { at, type: 'passkey-revoked', actor: by, facts: { person: before.person, reason } } as const;
  return changed(before, { revoked: { at, by, reason } }, event);
}

function changed(
  before: Passkey,
  changes: Partial<Passkey>,
  event: { at: Instant; type: EventType; actor: string; facts: Record<string, unknown> },
): PasskeyAdvanced {
  const next = { ...before, ...changes, version: before.version + 1, updatedAt: event.at };
  const made = chain(before.audit, before.id, passkeyStatus(next), event);
  return { passkey: { ...next, audit: { seq: made.seq, hash: made.hash } }, events: [made] };
}
