/** One's own grants, where a command was given no id, and the line of extensions that a grant belongs to. */
import { InvalidInput } from '#domain/errors.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { RequestView } from '#http/request-view.ts';
import type { Session } from './session.ts';
import { when } from './terminal/times.ts';
import { what } from './views/words.ts';

/** More than anybody asks for while one grant is in force. */
const newest = 100;

async function mine(session: Session): Promise<RequestView[]> {
  return (await session.api().list({ scope: 'mine', limit: newest })).items;
}

/**
 * The only grant of mine. Of a grant and its extension, which both stand for a moment, `end` means the first, with which
 * both end, and `extend` the last. Throws InvalidInput where there is none, or more than one.
 */
export async function onlyGrant(session: Session, purpose: 'end' | 'extend'): Promise<RequestView> {
  const standing = (await mine(session)).filter(
    ({ status }) => status === 'active' || (purpose === 'end' && status === 'granting'),
  );
  const ids = new Set(standing.map(({ id }) => id));
  const extended = new Set(standing.map(({ asked }) => asked.extends));
  const lines = standing.filter(({ id, asked }) =>
    purpose === 'end' ? !asked.extends || !ids.has(asked.extends) : !extended.has(id),
  );
  const [only, ...more] = lines;
  if (only && more.length === 0) return only;
  if (!only)
    throw new InvalidInput(
      purpose === 'end'
        ? 'You have no access right now. To end that of others, give the id: `curfew list --open`.'
        : 'You have no access right now that could be extended. Ask for it: `curfew request`.',
    );
  const choice = lines.map(
    (request) =>
      `  ${request.id}  ${what(request)}, until ${when(request.grant?.expiresAt ?? request.updatedAt)}`,
  );
  throw new InvalidInput(`Which one? You have more than one:\n${choice.join('\n')}`);
}

/** What goes on, or is asked for to go on, with a request of mine: its extension, that one's, and so on; none that is over. */
export async function extensionsOf(session: Session, id: string): Promise<RequestView[]> {
  const all = await mine(session);
  const line: RequestView[] = [];
  for (let last: string | undefined = id; last !== undefined; ) {
    // Newest first, and one that is over may have been followed by another try.
    const next: RequestView | undefined = all.find(
      ({ asked, status }) => asked.extends === last && tried(status),
    );
    if (next) line.push(next);
    last = next?.id;
  }
  return line.filter(({ status }) => !isFinal(status));
}

/** Whether there may be something after it. */
const tried = (status: RequestView['status']) => !isFinal(status) || status === 'revoked';
