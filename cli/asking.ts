/** What to ask for, from the options of a command and, at a terminal, from the person. */
import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { allowSchema } from '#domain/allowance.ts';
import { formatDuration, parseDuration } from '#domain/duration.ts';
import { InvalidInput } from '#domain/errors.ts';
import { isPattern, isSelector, mayBeFor } from '#domain/namespaces.ts';
import type { RequestView } from '#http/request-view.ts';
import type { CatalogView } from '#http/routes/catalog.ts';
import type { NewRequest } from './api/client.ts';
import type { Session } from './session.ts';
import { parseStart, startInZone } from './start-time.ts';
import { askUntil } from './terminal/ask.ts';
import { safeText } from './terminal/safe-text.ts';
import { what } from './views/words.ts';

export interface AskOptions {
  cluster?: string;
  namespace?: string[];
  role?: string;
  allow?: string[];
  for?: string;
  duration?: string;
  reason?: string;
  ticket?: string;
  at?: string;
  breakGlass?: boolean;
}

const collect = (value: string, before: string[] = []) => [
  ...before,
  ...value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
];

export function addAskOptions(command: Command): Command {
  return command
    .option('--role <role>', 'what to be allowed to do; `curfew roles` lists them')
    .option(
      '--allow <what>',
      "only this of the role, such as 'get,list pods' or 'delete pod/web-7d9'; repeat it for more",
      (value: string, before: string[] = []) => [...before, value],
    )
    .option('--cluster <cluster>', 'where; may be left out where the role is for one cluster only')
    .option('-n, --namespace <namespace>', 'where in it; repeat it, or separate with commas', collect)
    .option('--for <duration>', 'how long: 90s, 30m, 2h, 1h30m')
    .option('--duration <duration>', 'the same as --for')
    .option('--reason <text>', 'why; reviewers read it')
    .option('--ticket <id>', 'ticket or incident it belongs to');
}

/** The complete request. Throws InvalidInput listing everything that is missing where nobody can be asked. */
export async function newRequest(session: Session, options: AskOptions): Promise<NewRequest> {
  if (options.for !== undefined && options.duration !== undefined && options.for !== options.duration) {
    throw new InvalidInput('--for and --duration are the same option; give one of them.');
  }
  const duration = options.for ?? options.duration;
  if (duration !== undefined) {
    refuseNoDuration(duration);
  }
  const startsAt = options.at === undefined ? undefined : parseStart(options.at);
  const given = { ...options, ...(duration === undefined ? {} : { for: duration }) };
  const complete = given.role && given.cluster && given.namespace?.length && given.for && given.reason;
  const { ticketRequired, ...filled } = complete
    ? { ...given, ticketRequired: false }
    : await fill(session, given);
  const { role, cluster, namespace, reason, ticket } = filled;
  const allow = filled.allow && allowances(filled.allow);
  const missing = [
    ...(role ? [] : ['--role <role>']),
    ...(cluster ? [] : ['--cluster <cluster>']),
    ...(namespace?.length ? [] : ['--namespace <namespace>']),
    ...(filled.for ? [] : ['--for <duration>, such as 30m']),
    ...(reason ? [] : ['--reason <text>']),
    ...(ticket || !ticketRequired ? [] : ['--ticket <id>']),
  ];
  if (!role || !cluster || !namespace?.length || !filled.for || !reason || missing.length > 0) {
    throw new InvalidInput(
      `Missing:\n${missing.map((line) => `  ${line}`).join('\n')}\nWhat can be asked for: \`curfew roles\`.`,
    );
  }
  return {
    cluster,
    namespaces: namespace,
    role,
    ...(allow ? { allow } : {}),
    duration: filled.for,
    reason,
    ...(ticket ? { ticket } : {}),
    ...(startsAt ? { startsAt } : {}),
  };
}

/** What was asked for: `Request 01K...: pod-reader on payments-prod, namespace payments, for 30m.` */
export function saidBack(request: RequestView): string {
  const { startsAt, durationSeconds } = request.asked;
  const start = startsAt ? `, from ${startInZone(startsAt)}` : '';
  return `Request ${request.id}: ${what(request)}, for ${formatDuration(durationSeconds)}${start}.`;
}

function allowanceFault(text: string): string | undefined {
  return allowSchema.safeParse([text]).error?.issues[0]?.message;
}

/** Throws InvalidInput for what can't be understood. */
function allowances(given: readonly string[]): string[] {
  const read = allowSchema.safeParse(given);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ message }) => `--allow: ${message}`);
  throw new InvalidInput(safeText([...new Set(faults)].join(' ')));
}

/** Throws InvalidInput for what is no duration. */
export function refuseNoDuration(text: string): void {
  const fault = durationFault(text);
  if (fault) throw new InvalidInput(`--for ${safeText(text)}: ${fault}`);
}

function durationFault(text: string): string | undefined {
  return parseDuration(text) ? undefined : 'Write a duration such as 90s, 30m, 2h or 1h30m.';
}

/** What the catalog leaves no choice in is taken from it; the rest is asked where somebody can answer. */
async function fill(
  session: Session,
  options: AskOptions,
): Promise<AskOptions & { ticketRequired: boolean }> {
  const catalog = await session.api().catalog();
  const filled = { ...options };
  const { interactive } = session.terminal;
  if (!filled.role) {
    const names = catalog.roles
      .filter(({ clusters }) => !filled.cluster || clusters.includes(filled.cluster))
      .map(({ name }) => name);
    if (interactive) filled.role = await choose('Role', names);
  }
  const role = catalog.roles.find(({ name }) => name === filled.role);
  if (filled.role && !role) throw unknownRole(filled.role, catalog);
  if (!role) return { ...filled, ticketRequired: false };
  if (!filled.cluster) {
    const [only, ...more] = role.clusters;
    if (only !== undefined && more.length === 0) filled.cluster = only;
    else if (interactive) filled.cluster = await choose('Cluster', role.clusters);
  }
  if (!filled.namespace?.length) {
    const [only, ...more] = role.namespaces;
    if (only !== undefined && more.length === 0 && isName(only)) filled.namespace = [only];
    else if (interactive) filled.namespace = [await chooseNamespace(role)];
  }
  if (interactive && role.tasks === 'only')
    filled.allow ??= [await askUntil('What of it (such as get,list pods)? ', allowanceFault)];
  if (interactive) {
    filled.for ||= await askUntil('For how long (30m, 2h)? ', durationFault);
    filled.reason ||= await askUntil('Why (reviewers read it)? ', (answer) =>
      answer ? undefined : 'A reason is needed.',
    );
    if (role.ticketRequired && !filled.breakGlass) {
      filled.ticket ||= await askUntil('Ticket? ', (answer) =>
        answer ? undefined : 'This role needs a ticket.',
      );
    }
  }
  // An emergency waits for no ticket.
  return { ...filled, ticketRequired: role.ticketRequired && !filled.breakGlass };
}

function unknownRole(name: string, catalog: CatalogView): InvalidInput {
  const known = catalog.roles.map((role) => role.name).join(', ');
  return new InvalidInput(safeText(`There is no role "${name}". Known: ${known}.`));
}

const isName = (listed: string) => !isPattern(listed) && !isSelector(listed);

/** A pattern or a label is not chosen itself: what it stands for can be. */
async function chooseNamespace(role: { namespaces: readonly string[] }): Promise<string> {
  const listed = safeText(role.namespaces.join(', '));
  return askUntil(`Namespace (${listed})? `, (answer) =>
    mayBeFor(role, answer) && isName(answer)
      ? undefined
      : `Choose one of: ${listed}. A star stands for any letters, key=value for namespaces with that label.`,
  );
}

async function choose(what: string, names: readonly string[]): Promise<string> {
  return askUntil(`${what} (${safeText(names.join(', '))})? `, (answer) =>
    names.includes(answer) ? undefined : `Choose one of: ${safeText(names.join(', '))}.`,
  );
}

/** Sends it; repeats after network faults carry the same key, so one call makes one request. */
export function submit(session: Session, body: NewRequest): Promise<RequestView> {
  return session.api().submit(body, randomUUID());
}
