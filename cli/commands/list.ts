/** `curfew list`: one's own requests, or all that are open and of concern. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { RequestView } from '#http/request-view.ts';
import { openSession } from '../session.ts';
import { table } from '../terminal/table.ts';
import { relative } from '../terminal/times.ts';
import { afterReviewShort } from '../views/break-glass.ts';
import { howLong, spanOf } from '../views/span.ts';
import { where, whoAsked } from '../views/words.ts';

/** The API's own most. */
const pageSize = 100;

export function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description(
      'List your requests; --open: all that are not over and that you asked for, may review, or may end.',
    )
    .option('--open', 'what is not over yet or to be reviewed afterwards, also of others')
    .option('--limit <n>', 'how many at most', '20')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .addHelpText(
      'after',
      `
Examples:
  curfew list                   what I asked for, newest first
  curfew list --open            what waits for my review or after-review, or is granted now
  curfew list --open -o json    the same for programs: {"items": [...], "cursor": "..."}`,
    )
    .action(async (options: { open?: boolean; limit: string; cursor?: string }, command: Command) => {
      const session = openSession(command);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > 1000) {
        throw new InvalidInput(`--limit ${options.limit}: write a number from 1 to 1000.`);
      }
      const items: RequestView[] = [];
      let cursor = options.cursor;
      // A page may hold fewer than asked for, even none, and not be the last.
      do {
        const page = await session.api().list({
          scope: options.open ? 'open' : 'mine',
          limit: Math.min(limit - items.length, pageSize),
          ...(cursor === undefined ? {} : { cursor }),
        });
        items.push(...page.items);
        cursor = page.cursor;
      } while (cursor !== undefined && items.length < limit);
      const { terminal } = session;
      terminal.json({ items, ...(cursor === undefined ? {} : { cursor }) });
      if (items.length === 0) {
        terminal.print(
          options.open ? 'Nothing is open that concerns you.' : 'You have asked for nothing yet.',
        );
        return;
      }
      // One's own list need not say whose each is, and most lists have nothing that goes on from something else.
      const idle = [
        ...(options.open ? [] : ['WHO']),
        ...(items.some(({ asked }) => asked.extends) ? [] : ['EXTENDS']),
      ];
      const columns = allColumns.filter(([heading]) => !idle.includes(heading));
      terminal.print(
        table(
          columns.map(([heading]) => heading),
          items.map((request) => columns.map(([, cell]) => cell(request))),
        ),
      );
      if (cursor !== undefined)
        terminal.progress(`More: curfew list${options.open ? ' --open' : ''} --cursor ${cursor}`);
    });
}

/** What matters most comes first: narrow terminals cut the end. */
const allColumns: readonly (readonly [string, (request: RequestView) => string])[] = [
  ['ID', ({ id }) => id],
  ['STATUS', ({ status }) => status],
  ['WHEN', moment],
  ['WHO', whoAsked],
  ['ROLE', ({ asked }) => (asked.allow ? `${asked.role} (task)` : asked.role)],
  ['WHERE', where],
  ['FOR', (request) => howLong(request)],
  ['EXTENDS', ({ asked }) => asked.extends ?? ''],
  ['REASON', ({ asked }) => asked.reason],
];

/** The one point in time that matters in each status. */
function moment(request: RequestView): string {
  const { status, grant, reviewBy, updatedAt, openBy } = request;
  const span = spanOf(request);
  if (awaitsClaim(request) && openBy) return `claim ${relative(openBy)}`;
  if (status === 'pending') return `times out ${relative(reviewBy)}`;
  if (status === 'active' && grant) return `ends ${relative(grant.expiresAt)}`;
  if ((status === 'approved' || status === 'scheduled') && span) return `starts ${relative(span.from)}`;
  return afterReviewShort(request) ?? relative(updatedAt);
}
