/** `curfew whoami`: who the caller is to Curfew, and who would get in. */
import { Command } from 'commander';
import { openSession } from '../session.ts';
import { pairs } from '../terminal/table.ts';

export function whoamiCommand(): Command {
  return new Command('whoami')
    .description('Show who you are to Curfew, and who would get access.')
    .action(async (_options: unknown, command: Command) => {
      const session = openSession(command);
      const caller = await session.api().whoami();
      session.terminal.json(caller);
      const { subject } = caller;
      session.terminal.print(
        pairs([
          ['Person', caller.person ?? 'not known: in this role everyone chooses the session name'],
          ['Session', caller.sessionName],
          ['Role', caller.principal.arn],
          [
            'Access for',
            subject.kind === 'person'
              ? `${subject.kubernetes.name} (only you)`
              : `${subject.kubernetes.name} (everyone who can assume this role)`,
          ],
        ]),
      );
    });
}
