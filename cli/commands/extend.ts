/** `curfew extend`: asks for a grant of one's own to go on, and waits for the answer. */
import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { formatDuration, parseDuration } from '#domain/duration.ts';
import { msBetween } from '#domain/instant.ts';
import { shortestSeconds } from '#domain/policy/guardrails/duration.ts';
import type { RequestView } from '#http/request-view.ts';
import { refuseNoDuration } from '../asking.ts';
import { AnsweredError } from '../failures.ts';
import { onlyGrant } from '../my-grants.ts';
import { openSession, type Session } from '../session.ts';
import { holdSignals } from '../signals.ts';
import { localTime, when } from '../terminal/times.ts';
import { inAll, spanInWords, spanOf } from '../views/span.ts';
import { standing, what } from '../views/words.ts';
import { waitForAnswer } from '../waiting/wait-for-answer.ts';
import { tellAsked, waiting } from './request.ts';
import { requestId } from './show.ts';

export interface ExtendOptions {
  for?: string;
  reason?: string;
  ticket?: string;
  wait: boolean;
}

export function extendCommand(): Command {
  return new Command('extend')
    .description(
      'Ask for your access to go on when its time is up; without an id, for the only one you have.',
    )
    .argument('[id]', 'id of the request that was granted')
    .option('--for <duration>', 'how much longer: 30m, 2h; else as long again, or what is left')
    .option('--reason <text>', 'why it takes longer; else the reason given before')
    .option('--ticket <id>', 'else the ticket given before')
    .option('--no-wait', "don't wait for the answer")
    .addHelpText(
      'after',
      `
Examples:
  curfew extend --for 30m --reason "the migration takes longer"
  curfew extend 01K9QT3M8G5Z0V1B2C3D4E5F6G --for 1h

It is asked for and reviewed as access is, as a request of its own that starts where the grant ends: kubectl works on
without a gap. The role's longest time counts from the first start. Denied or not answered, the access ends as it was
given. \`curfew revoke\` of the grant ends both.`,
    )
    .action(async (given: string | undefined, options: ExtendOptions, command: Command) => {
      if (options.for !== undefined) refuseNoDuration(options.for);
      const session = openSession(command);
      const { terminal } = session;
      const grant =
        given === undefined
          ? await onlyGrant(session, 'extend')
          : (await session.api().show(requestId(given))).request;
      const release = options.wait ? holdSignals() : undefined;
      try {
        const request = await ask(session, grant, options);
        terminal.progress(`Request ${request.id}: ${inWords(request)}.`);
        if (options.wait) await waitAndTell(session, request);
        else tellAsked(session, request);
      } finally {
        release?.();
      }
    });
}

async function ask(session: Session, grant: RequestView, options: ExtendOptions): Promise<RequestView> {
  const duration = options.for ?? (await asLongAgain(session, grant));
  const { reason, ticket } = options;
  const body = { duration, ...(reason ? { reason } : {}), ...(ticket ? { ticket } : {}) };
  try {
    return await session.api().extend(grant.id, body, randomUUID());
  } catch (error) {
    throw await plain(session, grant, duration, error);
  }
}

/** `pod-reader on payments-prod, namespace payments, for 30m more, from ... until ...; 1h30m in all, since ...`. */
function inWords(request: RequestView): string {
  const span = spanOf(request);
  const whole = inAll(request);
  const times = span ? `, ${spanInWords(span)}` : '';
  return `${what(request)}, for ${formatDuration(request.asked.durationSeconds)} more${times}${whole ? `; ${whole}` : ''}`;
}

async function waitAndTell(session: Session, request: RequestView): Promise<void> {
  const { terminal } = session;
  const answered = await waiting(session, request, (signal) => waitForAnswer(session, request, signal));
  terminal.json(answered);
  const end = spanOf(answered)?.to ?? answered.updatedAt;
  terminal.print(terminal.style('green', `Your access goes on until ${when(end)}.`));
}

/** As long as it was given for, or what the role's longest time leaves of that. */
async function asLongAgain(session: Session, grant: RequestView): Promise<string> {
  const { durationSeconds } = grant.asked;
  const left = await leftOf(session, grant).catch(() => undefined);
  return formatDuration(
    left !== undefined && left >= shortestSeconds ? Math.min(durationSeconds, left) : durationSeconds,
  );
}

/** Seconds by which the role still lets a grant be extended, its longest time counted from the first start. */
async function leftOf(
  session: Session,
  { asked, grant, firstStart }: RequestView,
): Promise<number | undefined> {
  const longest = (await session.api().catalog()).roles.find(
    ({ name }) => name === asked.role,
  )?.maxDurationSeconds;
  const since = firstStart ?? grant?.activatedAt ?? grant?.openedAt;
  if (longest === undefined || !grant || since === undefined) return undefined;
  return longest - Math.ceil(msBetween(since, grant.expiresAt) / 1000);
}

/** What the API refuses, with what can be done about it. */
async function plain(
  session: Session,
  grant: RequestView,
  duration: string,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof AnsweredError)) return error;
  const { name, status, details } = error;
  const saying = (...lines: string[]) => new AnsweredError(name, status, lines.join('\n'), { details });
  if (name === 'WrongStatus' && details.requestId !== grant.id && typeof details.requestId === 'string') {
    const other = details.requestId;
    const is = typeof details.status === 'string' ? `, which is ${details.status}` : '';
    return saying(
      `It is being extended already, by ${other}${is}.`,
      `  Wait for it:   curfew show ${other} --wait`,
      `  Take it back:  curfew withdraw ${other}`,
    );
  }
  if (name === 'WrongStatus') {
    const now = await session
      .api()
      .show(grant.id)
      .then(
        ({ request }) => request,
        () => grant,
      );
    return saying(
      `${now.id} can't be extended: ${standing(now)}. Only access that works right now can go on.`,
      'Ask anew: `curfew request`.',
    );
  }
  if (name !== 'RequestRefused') return error;
  const left = await leftOf(session, grant).catch(() => undefined);
  if (left === undefined || (parseDuration(duration) ?? 0) <= left) return error;
  const until = `It ends ${localTime(grant.grant?.expiresAt ?? grant.updatedAt)}.`;
  return saying(
    error.message,
    left >= shortestSeconds
      ? `Still possible: curfew extend ${grant.id} --for ${formatDuration(left)}`
      : `${until} For more, ask anew after that: \`curfew request\`.`,
  );
}
