/** `curfew request`: asks for access and waits until it is usable. */
import { Command } from 'commander';
import { isFinal } from '#domain/lifecycle.ts';
import type { RequestView } from '#http/request-view.ts';
import { type AskOptions, addAskOptions, newRequest, submit } from '../asking.ts';
import { CancelledByUser } from '../failures.ts';
import { findContext } from '../kubeconfig-file.ts';
import { openSession, type Session } from '../session.ts';
import { holdSignals, interruptible } from '../signals.ts';
import { safeText } from '../terminal/safe-text.ts';
import { when } from '../terminal/times.ts';
import { howLong, standing, what } from '../views/words.ts';
import { type Access, noAccess, waitForAccess } from '../waiting/wait-for-access.ts';

export function requestCommand(): Command {
  return addAskOptions(new Command('request'))
    .description('Ask for access, and wait until it works.')
    .option('--no-wait', "don't wait for the answer")
    .addHelpText(
      'after',
      `
Examples:
  curfew request --role pod-reader --cluster payments-prod -n payments --for 30m \\
      --reason "Payments fail since 12:00" --ticket INC-1042
  curfew request --role pod-reader            at a terminal: asks for the rest
  curfew request ... --no-wait -o json        prints the request and returns

It waits until the cluster itself says yes to you. Ctrl-C stops the waiting, not the request:
\`curfew show <id> --wait\` goes on waiting. The access ends by itself; \`curfew revoke\` ends it earlier.`,
    )
    .action(async (options: AskOptions & { wait: boolean }, command: Command) => {
      const session = openSession(command);
      const { terminal } = session;
      const body = await newRequest(session, options);
      // A Ctrl-C while it is sent is answered once it is known what became of it.
      const release = options.wait ? holdSignals() : undefined;
      const request = await submit(session, body).catch((error) => {
        release?.();
        throw error;
      });
      terminal.progress(`Request ${request.id}: ${what(request)}, for ${howLong(request)}.`);
      if (options.wait) {
        await waitAndTell(session, request).finally(release);
        return;
      }
      terminal.json(request);
      const line = standing(request);
      terminal.print(
        `${line.charAt(0).toUpperCase()}${line.slice(1)}.\nGo on waiting: curfew show ${request.id} --wait`,
      );
    });
}

/** Waits for access and says what can be done with it; `show --wait` comes here too. */
export async function waitAndTell(session: Session, request: RequestView): Promise<void> {
  const { terminal } = session;
  try {
    const access = await interruptible((signal) => waitForAccess(session, request, signal));
    terminal.json({ ...access.request, usableAt: access.usableAt.toISOString() });
    terminal.print(howToUse(session, access));
  } catch (error) {
    if (error instanceof CancelledByUser) throw await stillOpen(session, request.id);
    throw error;
  }
}

async function stillOpen(session: Session, id: string): Promise<CancelledByUser> {
  session.terminal.live('');
  let now: RequestView | undefined;
  try {
    ({ request: now } = await session.api().show(id));
  } catch {
    // Said below without it.
  }
  if (now && isFinal(now.status)) return new CancelledByUser(noAccess(now).message);
  const granted = now?.status === 'active' || now?.status === 'granting';
  return new CancelledByUser(
    [
      granted
        ? 'Stopped waiting. The access is granted.'
        : 'Stopped waiting. The request is still open, and can still be approved.',
      `  Go on waiting:  curfew show ${id} --wait`,
      granted ? `  End it:         curfew revoke ${id}` : `  Take it back:   curfew withdraw ${id}`,
    ].join('\n'),
  );
}

function howToUse(session: Session, { request, cluster }: Access): string[] {
  const { terminal } = session;
  const { asked, grant, id, resolved } = request;
  const [namespace = ''] = asked.namespaces;
  const context = findContext(cluster.endpoint);
  const rule = resolved.rules.find(
    ({ verbs, resources }) => (verbs.includes('list') || verbs.includes('get')) && resources.length > 0,
  );
  const words = rule ? `get ${rule.resources[0]?.split('/')[0]}` : 'auth can-i --list';
  const kubectl = `kubectl ${context?.current ? '' : `--context ${context?.name ?? asked.cluster} `}-n ${namespace} ${words}`;
  return [
    terminal.style('green', `You have access until ${when(grant?.expiresAt ?? request.updatedAt)}.`),
    ...(context
      ? []
      : [
          `  curfew kubeconfig --cluster ${asked.cluster}   (once; no kubeconfig context leads to this cluster yet)`,
        ]),
    safeText(`  ${kubectl}`),
    `It ends by itself. Earlier: curfew revoke ${id}`,
  ];
}
