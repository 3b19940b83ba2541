/** Passkeys as people handle them while signed in: ask for one, vouch for another's, look, revoke. */
import { IdentityRefused, NotAllowed, PasskeyNotFound, WrongStatus } from '#domain/errors.ts';
import type { Caller } from '#domain/identity.ts';
import { after } from '#domain/instant.ts';
import {
  confirm,
  enrolmentHash,
  newPasskey,
  type Passkey,
  type PasskeyAdvanced,
  revokePasskey,
} from '#domain/passkey.ts';
import type { Page, World } from '#ports';
import { isOperator } from './read-access.ts';
import { tryAgain } from './try-again.ts';

type Catalog = Pick<World, 'catalog'>;

/** Of one person at a time; enough for every device of theirs. */
const mostPasskeys = 10;
/** Links of one person in an hour. */
const mostEnrolments = 5;
const hourMs = 3_600_000;

/** `link`: for its holder alone; it opens the page on which the passkey is made, once. */
export async function enrolPasskey(
  world: Catalog & Pick<World, 'clock' | 'ids' | 'passkeys' | 'pages'>,
  { caller, name }: { caller: Caller; name: string },
): Promise<{ passkey: Passkey; link: string }> {
  const person = reviewerOf(world, caller);
  const at = world.clock.now();
  const mine = (await world.passkeys.of(person)).filter(({ revoked }) => !revoked);
  if (mine.filter(({ credential }) => credential).length >= mostPasskeys)
    throw new WrongStatus(`You have ${mostPasskeys} passkeys. Revoke one: \`curfew passkey list\`.`);
  const lately = mine.filter(({ credential, createdAt }) => !credential && createdAt > after(at, -hourMs));
  if (lately.length >= mostEnrolments)
    throw new WrongStatus(`You asked for ${mostEnrolments} links within an hour. Use the last one, or wait.`);
  const id = world.ids.requestId();
  const secret = world.ids.secret();
  const made = newPasskey({ id, person, name, at, hash: enrolmentHash(secret) });
  await world.passkeys.save({ ...made, expectedVersion: 0 });
  return { passkey: made.passkey, link: `${world.pages.url}/passkey/${id}.${secret}` };
}

/** By somebody else who reviews, or an operator, to whom its person has read its code. */
export async function confirmPasskey(
  world: Catalog & Pick<World, 'clock' | 'passkeys'>,
  { caller, id, code }: { caller: Caller; id: string; code: string },
): Promise<Passkey> {
  const by = confirmerOf(world, caller);
  return changePasskey(world, id, (before) => {
    const names = world.catalog.people[before.person]?.aliases ?? [];
    return confirm(before, { by, code, names: [...names, before.person] }, world.clock.now());
  });
}

/** By its person or an operator. What it approved before stays approved. Idempotent. */
export async function revokeOnesPasskey(
  world: Catalog & Pick<World, 'clock' | 'passkeys'>,
  { caller, id, reason }: { caller: Caller; id: string; reason: string },
): Promise<Passkey> {
  const by = personIn(caller);
  return changePasskey(world, id, (before) => {
    if (before.person !== by && !isOperator(world.catalog, caller))
      throw new NotAllowed('A passkey is revoked by its person or by an operator.');
    return revokePasskey(before, { by, reason }, world.clock.now());
  });
}

/** One's own; `everybody`: all, newest first, for those who may confirm. */
export async function listPasskeys(
  world: Catalog & Pick<World, 'passkeys'>,
  { caller, everybody, ...page }: { caller: Caller; everybody: boolean; limit: number; cursor?: string },
): Promise<Page<Passkey>> {
  if (!everybody) return { items: await world.passkeys.of(personIn(caller)) };
  confirmerOf(world, caller);
  return world.passkeys.list(page);
}

export async function readPasskey(world: Pick<World, 'passkeys'>, id: string): Promise<Passkey> {
  const passkey = await world.passkeys.read(id);
  if (!passkey) throw new PasskeyNotFound(`There is no passkey ${id}.`, { details: { passkeyId: id } });
  return passkey;
}

/** `plan` is pure and may be called again; undefined leaves the passkey as it is. Returns it as it stands then. */
export async function changePasskey<A extends PasskeyAdvanced>(
  world: Pick<World, 'passkeys'>,
  id: string,
  plan: (before: Passkey) => A | undefined,
): Promise<Passkey> {
  return tryAgain(async () => {
    const before = await readPasskey(world, id);
    const planned = plan(before);
    if (!planned) return before;
    const { passkey, events } = planned;
    await world.passkeys.save({ passkey, events, expectedVersion: before.version });
    return passkey;
  });
}

function personIn({ person }: Caller): string {
  if (person !== undefined) return person;
  throw new IdentityRefused(
    'Only people have passkeys; this role lets its callers choose their own session name.',
  );
}

const isReviewer = ({ catalog }: Catalog, person: string): boolean =>
  Object.values(catalog.reviewers).some(({ members }) => members.includes(person));

function reviewerOf(world: Catalog, caller: Caller): string {
  const person = personIn(caller);
  if (isReviewer(world, person)) return person;
  throw new NotAllowed('Passkeys are for reviewers: the catalog lists you in no reviewer group.');
}

function confirmerOf(world: Catalog, caller: Caller): string {
  const person = personIn(caller);
  if (isReviewer(world, person) || isOperator(world.catalog, caller)) return person;
  throw new NotAllowed(
    'Only reviewers and operators of the catalog confirm passkeys, or see those of others.',
  );
}
