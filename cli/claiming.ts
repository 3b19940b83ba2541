/** What others have asked for and waits for one's claim: finding it, and claiming it. */
import { CurfewError, InvalidInput } from '#domain/errors.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { RequestView } from '#http/request-view.ts';
import type { NewRequest } from './api/client.ts';
import type { Session } from './session.ts';
import { safeText } from './terminal/safe-text.ts';
import { when } from './terminal/times.ts';
import { askerOf, what } from './views/words.ts';

/** More than anybody has asked for them within a claim's window. */
const newest = 100;

/** All that is approved for whoever signs, and that they have not claimed. */
export async function waitingForMe(session: Session): Promise<RequestView[]> {
  const { items } = await session.api().list({ scope: 'mine', limit: newest });
  return items.filter((request) => awaitsClaim(request));
}

/** `Claimed what carol@example.com asked for, for you: pod-reader on payments-prod, namespace payments.` */
export const claimedLine = (request: RequestView): string =>
  `Claimed what ${askerOf(request) ?? 'others'} asked for, for you: ${what(request)}.`;

/** The only one. Throws InvalidInput where there is none, or more than one. */
export async function onlyClaim(session: Session): Promise<RequestView> {
  const waiting = await waitingForMe(session);
  const [only, ...more] = waiting;
  if (only && more.length === 0) return only;
  if (!only)
    throw new InvalidInput(
      'Nothing waits for your claim. `curfew list` shows what is asked for in your name; it has to be approved first.',
    );
  throw new InvalidInput(`Which one? More than one waits for you:\n${choices(waiting)}`);
}

function choices(waiting: readonly RequestView[]): string {
  const lines = waiting.map(
    (request) =>
      `  ${request.id}  ${what(request)}, asked for by ${askerOf(request) ?? 'others'}${request.openBy ? `, until ${when(request.openBy)}` : ''}`,
  );
  return lines.join('\n');
}

/** Whether it gives what is about to be asked for: the same role, as much of it, there, and now. */
function suits({ asked }: RequestView, body: NewRequest): boolean {
  const { cluster, role, namespaces, allow } = body;
  return (
    asked.cluster === cluster &&
    asked.role === role &&
    namespaces.every((namespace) => asked.namespaces.includes(namespace)) &&
    (asked.allow ?? []).join() === (allow ?? []).join() &&
    (asked.startsAt === undefined || Date.parse(asked.startsAt) <= Date.now())
  );
}

/** Claims what waits for whoever signs and gives them what they are about to ask for; undefined where nothing does, or it can't be claimed. */
export async function claimInstead(session: Session, body: NewRequest): Promise<RequestView | undefined> {
  if (body.onBehalfOf !== undefined || body.breakGlass || body.startsAt !== undefined) return undefined;
  const found = (await waitingForMe(session)).find((request) => suits(request, body));
  if (!found) return undefined;
  try {
    const claimed = await session.api().claim(found.id);
    session.terminal.progress(claimedLine(claimed));
    return claimed;
  } catch (error) {
    // Somebody else was faster, or it can't be claimed from here: then it is asked for as if it weren't there.
    if (!(error instanceof CurfewError)) throw error;
    session.terminal.progress(safeText(`${found.id} waits for you, but: ${error.message} Asking anew.`));
    return undefined;
  }
}
