/** `curfew roles`: what can be asked for. */
import { Command } from 'commander';
import { formatDuration } from '#domain/duration.ts';
import { InvalidInput } from '#domain/errors.ts';
import { concernInWords } from '#domain/escalation/accepts.ts';
import { rulesInWords } from '#domain/rules-in-words.ts';
import { openSession } from '../session.ts';
import { safeText } from '../terminal/safe-text.ts';
import { pairs, table } from '../terminal/table.ts';

const tasks = {
  allowed: "name what you need of it with --allow, as in --allow 'get,list pods', and get that only",
  only: "name what you need of it: --allow 'get,list pods'; it is never given as a whole",
  never: 'given as a whole only',
} as const;

export function rolesCommand(): Command {
  return new Command('roles')
    .description('List what can be asked for; with a name, all about that role.')
    .argument('[role]', 'name of a role')
    .option('--cluster <cluster>', 'only what can be asked for there')
    .action(async (name: string | undefined, options: { cluster?: string }, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const catalog = await session.api().catalog();
      const roles = catalog.roles.filter(
        (role) =>
          (name === undefined || role.name === name) &&
          (!options.cluster || role.clusters.includes(options.cluster)),
      );
      if (roles.length === 0 && (name !== undefined || options.cluster !== undefined)) {
        const known = catalog.roles.map((role) => role.name).join(', ');
        const clusters = catalog.clusters.map((cluster) => cluster.name).join(', ');
        throw new InvalidInput(
          safeText(`Nothing like that can be asked for. Roles: ${known}. Clusters: ${clusters}.`),
        );
      }
      terminal.json({ ...catalog, roles });
      const reviews = (needed: number) => (needed === 0 ? 'none' : String(needed));
      const [role] = roles;
      if (name !== undefined && role) {
        terminal.print(
          pairs([
            ['Role', role.name],
            ['What for', role.description],
            ['In short', role.inShort],
            ...rulesInWords(role.rules ?? []).map((line, i) => [i === 0 ? 'Allows' : '', line] as const),
            ...role.escalations.map((each, i) => [i === 0 ? 'Beware' : '', concernInWords(each)] as const),
            ['Clusters', role.clusters.join(', ')],
            ['Namespaces', role.namespaces.join(', ')],
            ['Longest', formatDuration(role.maxDurationSeconds)],
            ['Approvals', reviews(role.reviewsNeeded)],
            ['Tasks', tasks[role.tasks]],
            ['Ticket', role.ticketRequired ? 'needed' : 'not needed'],
            [
              'Break-glass',
              role.breakGlass &&
                `at most ${formatDuration(role.breakGlass.maxDurationSeconds)}, reviewed afterwards by ${role.breakGlass.afterReviewFrom.join(', ')}`,
            ],
            ['Reviewers', role.reviewers?.join(', ')],
          ]),
        );
        return;
      }
      terminal.print(
        table(
          ['ROLE', 'CLUSTERS', 'NAMESPACES', 'LONGEST', 'APPROVALS', 'TICKET', 'WHAT FOR'],
          roles.map((each) => [
            each.name,
            each.clusters.join(','),
            each.namespaces.join(','),
            formatDuration(each.maxDurationSeconds),
            reviews(each.reviewsNeeded),
            each.ticketRequired ? 'yes' : 'no',
            each.description,
          ]),
        ),
      );
    });
}
