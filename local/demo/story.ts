/** The story of the demo: alice gets access to payments for a minute, and nobody else does. */
import * as z from 'zod';
import type { LocalCloud } from '#local/cloud.ts';
import { linkIn, mailFor, press, textOf } from '#local/reviewer.ts';
import type { Terminal } from '#local/terminal.ts';
import { type Change, startProbe } from './probe.ts';
import type { Stage } from './stage.ts';

export interface Story {
  requestId: string;
  approvedAt: Date;
  expiresAt: Date;
  /** Answers of the API server to alice, as they changed. */
  changes: readonly Change[];
  /** To bob, who is in the same IAM role. */
  bobs: readonly Change[];
}

const reviewer = 'rita@example.com';
const pods = ['get', 'pods', '-n', 'payments'];
const podsPath = '/api/v1/namespaces/payments/pods';
const made = z.object({ id: z.string(), grant: z.object({ expiresAt: z.string() }) });

export async function tellStory(stage: Stage, cloud: LocalCloud, seconds: number): Promise<Story> {
  const [alice, bob] = [cloud.as('alice'), cloud.as('bob')];
  stage.scene('Nobody has access');
  for (const person of [alice, bob])
    await stage.type(person, 'curfew', ['kubeconfig', '--cluster', cloud.company.cluster, '--use'], 'works');
  stage.say('There is no access entry for them on the cluster: it does not even know who they are.');
  await stage.type(alice, 'kubectl', pods, 'refused');
  const probe = await startProbe(alice, cloud.cluster, podsPath);
  const bobs = await startProbe(bob, cloud.cluster, podsPath);
  try {
    const { requestId, approvedAt, expiresAt } = await askAndApprove(stage, cloud, alice, seconds);
    stage.scene('Exactly that, for alice');
    await stage.type(alice, 'kubectl', pods, 'works');
    await stage.type(alice, 'kubectl', ['get', 'secrets', '-n', 'payments'], 'refused');
    await stage.type(alice, 'kubectl', ['get', 'pods', '-n', 'platform'], 'refused');
    stage.say('bob is in the same IAM role as alice. The grant is hers alone:');
    await stage.type(bob, 'kubectl', pods, 'refused');
    stage.scene('And then it is gone');
    await stage.countdown(expiresAt, (left) => `access ends by itself in ${left} s`);
    await new Promise((resolve) => setTimeout(resolve, 300));
    await stage.type(alice, 'kubectl', pods, 'refused');
    return { requestId, approvedAt, expiresAt, changes: probe.changes, bobs: bobs.changes };
  } finally {
    await Promise.all([probe.stop(), bobs.stop()]);
  }
}

async function askAndApprove(
  stage: Stage,
  cloud: LocalCloud,
  alice: Terminal,
  seconds: number,
): Promise<Pick<Story, 'requestId' | 'approvedAt' | 'expiresAt'>> {
  stage.scene('alice asks');
  const since = new Date();
  const args = [
    ...[
      'request',
      '--cluster',
      cloud.company.cluster,
      '-n',
      'payments',
      '--role',
      cloud.company.role,
      '--for',
      `${seconds}s`,
    ],
    ...['--ticket', 'INC-1042', '--reason', 'Payments fail since 12:00'],
  ];
  stage.prompt(alice, 'curfew', args);
  // It waits, as in a real terminal, while the reviewer reads the mail.
  const waiting = alice.run('curfew', args, {
    onLine: (line) => stage.line(`  ${line}`),
    timeoutMs: 120_000,
  });
  const approvedAt = await approveByMail(stage, cloud, since, waiting);
  const { code } = await waiting;
  if (code !== 0) throw new Error(`curfew request ended with exit code ${code}.`);
  const { stdout } = await alice.run('curfew', ['list', '--output', 'json']);
  const [request] = z.object({ items: z.array(made) }).parse(JSON.parse(stdout)).items;
  if (!request) throw new Error('curfew list does not show the request.');
  return { requestId: request.id, approvedAt, expiresAt: new Date(request.grant.expiresAt) };
}

async function approveByMail(
  stage: Stage,
  cloud: LocalCloud,
  since: Date,
  waiting: Promise<{ code: number | null }>,
): Promise<Date> {
  const endedEarly = waiting.then(({ code }) => {
    throw new Error(`curfew request ended with exit code ${code} before anybody answered.`);
  });
  const mail = await Promise.race([
    mailFor({ emulatorUrl: cloud.emulator.url, reviewer, after: since }),
    endedEarly,
  ]);
  endedEarly.catch(() => {});
  stage.scene(`A mail reaches ${reviewer}`);
  stage.line(mail.text.replaceAll(linkIn(mail), `${linkIn(mail).slice(0, -30)}…`).replace(/^/gm, '  | '));
  stage.say(
    'The link only shows the request; mail scanners may open it as often as they like. rita opens it:',
  );
  const page = await (await fetch(linkIn(mail))).text();
  stage.line(textOf(page).replace(/^/gm, '  ║ '));
  stage.say('… and presses Approve.');
  const { status, pressedAt, page: answer } = await press(linkIn(mail), page, 'approve');
  if (status !== 200) throw new Error(`The page answered ${status}: ${answer}`);
  stage.line(answer.replace(/^/gm, '  ║ '));
  stage.scene('Meanwhile, in the terminal of alice');
  return pressedAt;
}
