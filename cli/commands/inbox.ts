/** `curfew inbox`: what waits for one's answer, in full, answered by key. */
import { Command } from 'commander';
import type { RequestView } from '#http/request-view.ts';
import { bewareOf } from '../beware.ts';
import { answerByKey } from '../inbox/answer-by-key.ts';
import { waitingFor } from '../inbox/waiting.ts';
import { openSession, type Session } from '../session.ts';
import { askLine } from '../terminal/ask.ts';
import { openKeys } from '../terminal/keys.ts';
import { pairs } from '../terminal/table.ts';
import { requestSummary } from '../views/request-summary.ts';
import { what, whoAsked } from '../views/words.ts';

export function inboxCommand(): Command {
  return new Command('inbox')
    .description('Show what waits for your review or after-review, in full, and answer by key.')
    .addHelpText(
      'after',
      `
Examples:
  curfew inbox                  at a terminal: one at a time; a approves, d denies, s skips, q ends
  curfew inbox | less           all that waits, with the commands that answer
  curfew inbox -o json          the same for programs: {"items": [...]}`,
    )
    .action(async (_options: unknown, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const items = await waitingFor(session.api());
      terminal.json({ items });
      if (items.length === 0) return terminal.print('Nothing waits for you.');
      if (terminal.format === 'json') return;
      if (!terminal.interactive || !process.stdout.isTTY) return printAll(session, items);
      const api = session.api();
      const catalog = await api.catalog();
      const count = items.length === 1 ? 'One waits' : `${items.length} wait`;
      terminal.print(`${count} for you. Nothing is sent before you have pressed two keys.`);
      const went = await answerByKey({ api, catalog, terminal, keys: openKeys(), askLine }, items);
      terminal.print(['', `${went.answered} answered, ${went.skipped.length} left.`]);
      if (went.skipped.length > 0)
        terminal.print(
          pairs(went.skipped.map((left) => [left.id, `${what(left)}, asked by ${whoAsked(left)}`])),
        );
    });
}

async function printAll(session: Session, items: readonly RequestView[]): Promise<void> {
  const { terminal } = session;
  const catalog = await session.api().catalog();
  for (const item of items) {
    const { request, holds } = await session.api().show(item.id);
    const beware = bewareOf(catalog, request);
    terminal.print([...requestSummary(request, { beware, holds }), '', ...commandsFor(request), '']);
  }
}

function commandsFor({ id, status }: RequestView): string[] {
  return status === 'pending'
    ? [`  curfew approve ${id}`, `  curfew deny ${id} --reason "..."`]
    : [
        `  curfew after-review ${id} --accept --reason "..."`,
        `  curfew after-review ${id} --dispute --reason "..."`,
      ];
}
