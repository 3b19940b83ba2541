/** `curfew passkey`: reviewers make passkeys to approve with from any device, and vouch for those of each other. */
import { Command } from 'commander';
import { InvalidInput } from '#domain/errors.ts';
import type { PasskeyView } from '#http/passkey-view.ts';
import { openSession } from '../session.ts';
import { askLine } from '../terminal/ask.ts';
import { safeText } from '../terminal/safe-text.ts';
import { table } from '../terminal/table.ts';
import { relative, when } from '../terminal/times.ts';

export function passkeyCommand(): Command {
  const command = new Command('passkey')
    .description('Make passkeys to approve with, on a phone too; confirm, list and revoke them.')
    .addHelpText(
      'after',
      `
Examples:
  curfew passkey enroll --name phone             prints a link: open it on the device that is to have it
  curfew passkey confirm 01K9QT3M8G5Z0V1B2C3D4E5F6G   of somebody else, who reads you its code
  curfew passkey list --everybody                what waits for somebody to confirm it
  curfew passkey revoke 01K9QT3M8G5Z0V1B2C3D4E5F6G --reason "phone lost"`,
    );
  for (const made of [enrollCommand(), confirmCommand(), listCommand(), revokeCommand()])
    command.addCommand(made);
  return command;
}

/** As read aloud and typed. Throws InvalidInput. */
function passkeyId(text: string): string {
  const id = text.trim().toUpperCase();
  if (/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(id)) return id;
  throw new InvalidInput(`"${text}" is not the id of a passkey: \`curfew passkey list\` shows them.`);
}

const words: Record<PasskeyView['status'], string> = {
  enrolling: 'its link was not used yet',
  unconfirmed: 'waits for somebody else to confirm it',
  usable: 'approves',
  revoked: 'revoked',
};

function summary({ id, name, person, status, confirmed, suspected, revoked }: PasskeyView): string[] {
  return [
    `Passkey ${safeText(name)} of ${safeText(person)} (${id}): ${words[status]}.`,
    ...(confirmed ? [`Confirmed by ${safeText(confirmed.by)} ${when(confirmed.at)}.`] : []),
    ...(revoked
      ? [`Revoked by ${safeText(revoked.by)} ${when(revoked.at)}: ${safeText(revoked.reason)}`]
      : []),
    ...(suspected && !revoked
      ? [
          `Its counter went back ${when(suspected.at)}: somebody may have a copy. Revoke it if that was not you.`,
        ]
      : []),
  ];
}

function enrollCommand(): Command {
  return new Command('enroll')
    .description('Ask for the link on whose page you make a passkey: once, within 15 minutes.')
    .option('--name <text>', 'what you call it, such as phone', 'passkey')
    .action(async ({ name }: { name: string }, own: Command) => {
      const { terminal, api } = openSession(own);
      const made = await api().enrolPasskey(name);
      terminal.json(made);
      terminal.print([
        `Open this on the device that is to have it, ${relative(made.expiresAt)} at the latest. It is for you alone:`,
        `  ${made.link}`,
      ]);
      terminal.progress(
        `The page then shows a code: read it to somebody else who reviews, who runs \`curfew passkey confirm ${made.passkey.id}\`.`,
      );
    });
}

function confirmCommand(): Command {
  return new Command('confirm')
    .description("Vouch for somebody else's passkey, once they have read you its code.")
    .argument('<id>', 'id of the passkey')
    .option('--code <code>', 'as its person reads it to you, in person or by voice; else it is asked for')
    .action(async (given: string, { code }: { code?: string }, own: Command) => {
      const { terminal, api } = openSession(own);
      const id = passkeyId(given);
      if (code === undefined && !terminal.interactive)
        throw new InvalidInput('Say the code that its person reads to you: --code 1f2e-3d4c.');
      const said = code ?? (await askLine('The code, as its person reads it to you (not from a mail): '));
      const confirmed = await api().confirmPasskey(id, said);
      terminal.json(confirmed);
      terminal.print(summary(confirmed));
    });
}

function listCommand(): Command {
  return new Command('list')
    .alias('ls')
    .description('List your passkeys, or with --everybody all of them (reviewers, operators).')
    .option('--everybody', 'also those of others')
    .option('--limit <n>', 'how many at most, 1 to 100', '100')
    .option('--cursor <cursor>', 'go on where an earlier list ended')
    .action(async (options: { everybody?: true; limit: string; cursor?: string }, own: Command) => {
      const { terminal, api } = openSession(own);
      const limit = Number(options.limit);
      if (!Number.isInteger(limit) || limit < 1 || limit > 100)
        throw new InvalidInput(`--limit ${options.limit}: write a number from 1 to 100.`);
      const page = await api().passkeys({
        scope: options.everybody ? 'everybody' : 'mine',
        limit,
        ...(options.cursor === undefined ? {} : { cursor: options.cursor }),
      });
      terminal.json(page);
      if (page.items.length === 0) return terminal.print('There is none. `curfew passkey enroll` makes one.');
      const rows = page.items.map((one) => [
        one.id,
        one.suspected && one.status === 'usable' ? 'usable, copied?' : one.status,
        one.person,
        one.name,
        relative(one.createdAt),
        one.used ? relative(one.used.at) : 'never',
        one.confirmed?.by ?? '',
      ]);
      terminal.print(table(['ID', 'STATUS', 'PERSON', 'NAME', 'MADE', 'USED', 'CONFIRMED BY'], rows));
      if (page.cursor !== undefined)
        terminal.progress(`More: curfew passkey list --everybody --cursor ${page.cursor}`);
    });
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('Let a passkey approve nothing any more: your own, or as an operator any.')
    .argument('<id>', 'id of the passkey')
    .option('--reason <text>', 'for the record')
    .action(async (given: string, { reason }: { reason?: string }, own: Command) => {
      if (!reason?.trim()) throw new InvalidInput('Say why, for the record: --reason "phone lost".');
      const { terminal, api } = openSession(own);
      const revoked = await api().revokePasskey(passkeyId(given), reason);
      terminal.json(revoked);
      terminal.print(summary(revoked));
    });
}
