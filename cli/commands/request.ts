/** `curfew request`: asks for access and waits until it is usable. */
import { Command } from 'commander';
import { errorTable } from '#domain/error-table.ts';
import { isFinal } from '#domain/lifecycle.ts';
import { grantedRules } from '#domain/task-rules.ts';
import { awaitsClaim } from '#domain/transitions/claim.ts';
import type { RequestView } from '#http/request-view.ts';
import type { NewRequest } from '../api/client.ts';
import { type AskOptions, addAskOptions, newRequest, saidBack, submit } from '../asking.ts';
import { confirmBreakGlass } from '../break-glass.ts';
import { claimInstead } from '../claiming.ts';
import { CancelledByUser } from '../failures.ts';
import { findContext } from '../kubeconfig-file.ts';
import { openSession, type Session } from '../session.ts';
import { holdSignals, interruptible } from '../signals.ts';
import { presentSuggestion } from '../suggesting/present.ts';
import { safeText } from '../terminal/safe-text.ts';
import { when } from '../terminal/times.ts';
import { simulationSummary } from '../views/simulation.ts';
import { spanInWords, spanOf } from '../views/span.ts';
import { standing } from '../views/words.ts';
import { noAccess } from '../waiting/no-access.ts';
import { type Access, waitForAccess } from '../waiting/wait-for-access.ts';
import { waitForAnswer } from '../waiting/wait-for-answer.ts';

interface RequestOptions extends AskOptions {
  wait?: boolean;
  dryRun?: boolean;
  yes?: boolean;
  onBehalfOf?: string;
  /** True where no message was given with it. */
  suggest?: string | true;
}

export function requestCommand(): Command {
  return addAskOptions(new Command('request'))
    .description('Ask for access, and wait until it works.')
    .option('--at <when>', 'when it is to start: 14:30, +2h, or 2026-11-21T14:30:00+01:00; else at once')
    .option('--on-behalf-of <person>', 'for somebody else, who has to claim it; the catalog says who may')
    .option('--wait', 'with --at, wait until it has started and works')
    .option('--no-wait', "don't wait for the answer")
    .option('--dry-run', 'say what would be decided, and ask nobody; exit code 5 where it would be refused')
    .option(
      '--break-glass',
      'an emergency: at once and without reviews, where the role allows it; reviewed afterwards',
    )
    .option('-y, --yes', "with --break-glass, don't ask whether it is meant")
    .option(
      '--suggest [message]',
      'say what to ask for, from what kubectl was refused: given here or piped in',
    )
    .addHelpText(
      'after',
      `
Examples:
  curfew request --role pod-reader --cluster payments-prod -n payments --for 30m \\
      --reason "Payments fail since 12:00" --ticket INC-1042
  curfew request --role pod-reader            at a terminal: asks for the rest
  curfew request ... --dry-run                what would be decided, by which rules, and who would be asked
  curfew request --role operator ... --allow 'get,list pods' --allow 'delete pod/web-7d9'
                                              only this of the role, by a role that is made for the request
  curfew request ... --at 22:00 --for 2h      starts at the next 22:00 of this machine's zone
  curfew request ... --on-behalf-of bob@example.com    for Bob, who has to claim it: curfew claim
  curfew request ... --no-wait -o json        prints the request and returns
  curfew request ... --break-glass            an emergency: says what it means, asks whether it is meant, and waits for nobody
  kubectl get pods 2>&1 | curfew request --suggest    says which role allows it, and asks for nothing

It waits until the cluster itself says yes to you. Ctrl-C stops the waiting, not the request:
\`curfew show <id> --wait\` goes on waiting. The access ends by itself; \`curfew revoke\` ends it earlier,
\`curfew extend\` lets it go on. With --at it returns once it is approved; the end counts from that start, also if it is
approved later. \`curfew withdraw\` takes it back before it has started.`,
    )
    .action(async (options: RequestOptions, command: Command) => {
      const session = openSession(command);
      if (options.suggest !== undefined) return presentSuggestion(session, options.suggest, options);
      const { terminal } = session;
      const asked = await newRequest(session, options);
      const body: NewRequest = {
        ...asked,
        ...(options.breakGlass ? { breakGlass: true } : {}),
        ...(options.onBehalfOf === undefined ? {} : { onBehalfOf: options.onBehalfOf }),
      };
      if (options.dryRun) {
        await simulate(session, body);
        return;
      }
      if (body.breakGlass) await confirmBreakGlass(session, body, { yes: options.yes === true });
      // A Ctrl-C while it is sent is answered once it is known what became of it.
      const release = options.wait === false ? undefined : holdSignals();
      const request = await claimOrSubmit(session, body).catch((error) => {
        release?.();
        throw error;
      });
      terminal.progress(saidBack(request));
      if (options.wait === false) {
        tellAsked(session, request);
        return;
      }
      // A start of its own, or of the change window of its ticket.
      const later = options.wait === undefined && request.asked.startsAt !== undefined;
      const wait = later || body.onBehalfOf !== undefined ? waitForYes : waitAndTell;
      await wait(session, request).finally(release);
    });
}

async function simulate({ api, terminal }: Session, body: NewRequest): Promise<void> {
  const simulation = await api().simulate(body);
  terminal.json(simulation);
  terminal.print(simulationSummary(simulation));
  if (simulation.decision.outcome === 'refuse') process.exitCode = errorTable.RequestRefused.exit;
}

const sentence = (words: string) => `${words.charAt(0).toUpperCase()}${words.slice(1)}`;

/** Says what was asked for, where nobody waits for the answer. */
export function tellAsked({ terminal }: Session, request: RequestView): void {
  terminal.json(request);
  terminal.print(`${sentence(standing(request))}.\nGo on waiting: curfew show ${request.id} --wait`);
}

/** Waits for access and says what can be done with it; `show --wait` comes here too. */
export async function waitAndTell(session: Session, request: RequestView): Promise<void> {
  const { terminal } = session;
  const access = await waiting(session, request, (signal) => waitForAccess(session, request, signal));
  terminal.json({ ...access.request, usableAt: access.usableAt.toISOString() });
  terminal.print(howToUse(session, access));
}

/** What waits for one's claim and gives the same is not asked for anew. */
async function claimOrSubmit(session: Session, body: NewRequest): Promise<RequestView> {
  return (await claimInstead(session, body)) ?? submit(session, body);
}

/** Waits for the answer only, as long as its claim by somebody else or its start lies ahead. */
async function waitForYes(session: Session, request: RequestView): Promise<void> {
  const { terminal } = session;
  const answered = await waiting(session, request, (signal) => waitForAnswer(session, request, signal));
  const span = spanOf(answered);
  if (awaitsClaim(answered)) {
    terminal.json(answered);
    terminal.print([
      terminal.style('green', `${sentence(standing(answered))}.`),
      safeText(`  ${answered.requester.person ?? 'They'} can use: curfew claim ${answered.id}`),
      `  Take it back:  curfew withdraw ${answered.id}`,
    ]);
    return;
  }
  if (answered.status !== 'scheduled' || !span) {
    await waitAndTell(session, answered);
    return;
  }
  terminal.json(answered);
  terminal.print([
    terminal.style('green', `Your access starts ${when(span.from)} and ends ${when(span.to)}.`),
    `  Wait for it:   curfew show ${answered.id} --wait`,
    `  Take it back:  curfew withdraw ${answered.id}`,
  ]);
}

/** `work` until Ctrl-C, which says how to go on. */
export async function waiting<T>(
  session: Session,
  { id }: RequestView,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  try {
    return await interruptible(work);
  } catch (error) {
    if (error instanceof CancelledByUser) throw await stillOpen(session, id);
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
  const span = now?.status === 'scheduled' ? spanOf(now) : undefined;
  const open = span
    ? `Stopped waiting. The request is approved: ${spanInWords(span)}.`
    : 'Stopped waiting. The request is still open, and can still be approved.';
  return new CancelledByUser(
    [
      granted ? 'Stopped waiting. The access is granted.' : open,
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
  const rule = grantedRules(resolved).find(
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
    `It ends by itself. Earlier: curfew revoke ${id}. Later: curfew extend ${id}`,
  ];
}
