/** `curfew kill`: ends all live access of a person, a role, a cluster or everybody, and keeps it ended until it is lifted. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import type { Scope } from '../api/client.ts';
import { CancelledByUser } from '../failures.ts';
import { openSession, type Session } from '../session.ts';
import { interruptible } from '../signals.ts';
import { askLine } from '../terminal/ask.ts';
import { safeText } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { relative } from '../terminal/times.ts';
import { killSummary, scopeWords } from '../views/kill.ts';
import { waitForKill } from '../waiting/wait-for-kill.ts';

interface KillOptions {
  person?: string;
  principal?: string;
  cluster?: string;
  everything?: boolean;
  reason?: string;
  yes?: boolean;
  wait: boolean;
}

export function killCommand(): Command {
  const command = new Command('kill')
    .description('End all live access of a scope now and let none begin, until it is lifted (operators).')
    .option('--person <name>', 'one person, by the name of their sessions')
    .option('--principal <arn>', 'everybody in one IAM role')
    .option('--cluster <name>', 'one cluster: its name in the catalog, or <region>/<name in EKS>')
    .option('--everything', 'all access that Curfew has given')
    .option('--reason <text>', 'for the record, and for those who lose access')
    .option('--yes', 'do not ask to type the scope')
    .option('--no-wait', "don't wait until nothing is proven to be left")
    .addHelpText(
      'after',
      `
Examples:
  curfew kill --person alice@example.com --reason "laptop stolen"
  curfew kill --cluster payments-prod --reason "INC-1042: contained"
  curfew kill list                                  what was ordered, and what is on
  curfew kill lift 01K9QT3M8G5Z0V1B2C3D4E5F6G --reason "laptop wiped"

Ends with 0 only when it is proven that nothing of the scope is left, which takes half a minute at least.`,
    )
    .action(async (options: KillOptions, own: Command) => order(openSession(own), options));
  for (const made of [listCommand(), showCommand(), liftCommand()]) command.addCommand(made);
  return command;
}

async function order(session: Session, options: KillOptions): Promise<void> {
  const { terminal } = session;
  const scope = scopeOf(options);
  const { reason } = options;
  if (!reason?.trim()) throw new InvalidInput('Say why, for the record: --reason "laptop stolen".');
  if (!options.yes) await confirm(session, scope);
  const made = await session.api().kill(scope, reason);
  terminal.progress(
    `The kill switch for ${scopeWords(made.scope)} is on (${made.id}): nothing of it is opened from now on. Ending what is live…`,
  );
  if (made.reason !== reason.trim())
    terminal.progress(`It was on already, by ${safeText(made.by)}: ${safeText(made.reason)}`);
  const last = options.wait ? await interruptible((signal) => waitForKill(session, made, signal)) : made;
  terminal.json(last);
  terminal.print(killSummary(last));
  if (options.wait) terminal.progress(`It stays on until \`curfew kill lift ${made.id} --reason ...\`.`);
}

function scopeOf({ person, principal, cluster, everything }: KillOptions): Scope {
  const given: Scope[] = [
    ...(person === undefined ? [] : [{ kind: 'person' as const, value: person }]),
    ...(principal === undefined ? [] : [{ kind: 'principal' as const, value: principal }]),
    ...(cluster === undefined ? [] : [{ kind: 'cluster' as const, value: cluster }]),
    ...(everything ? [{ kind: 'everything' as const }] : []),
  ];
  const [scope, ...others] = given;
  if (scope && others.length === 0) return scope;
  throw new InvalidInput(
    'Say what to kill, one of: --person <name>, --principal <arn>, --cluster <name>, --everything.',
  );
}

/** Typed once more, so that a slip of the hand is not an outage. Throws unless it is the same. */
async function confirm({ terminal }: Session, scope: Scope): Promise<void> {
  const word = scope.kind === 'everything' ? 'everything' : scope.value;
  if (!terminal.interactive)
    throw new InvalidInput(`This ends ${ends(scope)}. Add --yes to do it without being asked.`);
  terminal.progress(`This ends ${ends(scope)} now, and none is given until you lift it.`);
  const typed = await askLine(`Type ${safeText(word)} to go on: `);
  if (typed !== word) throw new CancelledByUser('That is not the same; nothing was sent.');
}

const ends = (scope: Scope) =>
  scope.kind === 'everything'
    ? 'all access that Curfew has given'
    : `all live access of ${scopeWords(scope)}`;

/** As read aloud and typed. Throws InvalidInput. */
function killId(text: string): string {
  const id = text.trim().toUpperCase();
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return id;
  throw new InvalidInput(`"${text}" is not the id of a kill order: \`curfew kill list\` shows them.`);
}

function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List kill orders, newest first.')
    .option('--limit <n>', 'how many at most, 1 to 100', '20')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: { limit: string; cursor?: string }, own: Command) => {
      const session = openSession(own);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100)
        throw new InvalidInput(`--limit ${options.limit}: write a number from 1 to 100.`);
      const { cursor } = options;
      const page = await session.api().kills({ limit, ...(cursor === undefined ? {} : { cursor }) });
      const { terminal } = session;
      terminal.json(page);
      if (page.items.length === 0) return terminal.print('Nothing was ever killed.');
      const rows = page.items.map((one) => [
        one.id,
        one.status,
        relative(one.at),
        scopeWords(one.scope),
        String(one.ended),
        one.by,
        one.reason,
      ]);
      terminal.print(table(['ID', 'STATUS', 'ORDERED', 'SCOPE', 'ENDED', 'BY', 'REASON'], rows));
      if (page.cursor !== undefined) terminal.progress(`More: curfew kill list --cursor ${page.cursor}`);
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('Show a kill order; --wait: until it is proven that nothing is left.')
    .argument('<id>', 'id of the order')
    .option('--wait', 'wait as `curfew kill` does')
    .action(async (given: string, options: { wait?: boolean }, own: Command) => {
      const session = openSession(own);
      const id = killId(given);
      const seen = await session.api().showKill(id);
      const last = options.wait ? await interruptible((signal) => waitForKill(session, seen, signal)) : seen;
      session.terminal.json(last);
      session.terminal.print(killSummary(last));
    });
}

function liftCommand(): Command {
  return new Command('lift')
    .description('Let access of the scope be given again. What was ended stays so.')
    .argument('<id>', 'id of the order')
    .option('--reason <text>', 'for the record')
    .action(async (given: string, _options: unknown, own: Command) => {
      const session = openSession(own);
      // `curfew kill` knows this option too, and then has taken it.
      const { reason } = own.optsWithGlobals<{ reason?: string }>();
      if (!reason?.trim()) throw new InvalidInput('Say why, for the record: --reason "laptop wiped".');
      const id = killId(given);
      const lifted = await session.api().liftKill(id, reason);
      session.terminal.json(lifted);
      session.terminal.print(killSummary(lifted));
    });
}
