/** `curfew whoami`: who the caller is to Curfew, and who would get in. */
import { Command } from 'commander';
import { workloadInWords } from '#domain/workload.ts';
import { openSession } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
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
          [
            'Person',
            caller.person ??
              (caller.workload
                ? 'none: a workload'
                : 'not known: in this role everyone chooses the session name'),
          ],
          ...(caller.workload ? [['Workload', safeText(workloadInWords(caller.workload))] as const] : []),
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
