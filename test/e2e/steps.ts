/** Steps of the stories: ask, answer by mail, use kubectl, wait for a status. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AuditEvent } from '#domain/audit-event.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { Status } from '#domain/request.ts';
import type { RequestView } from '#http/request-view.ts';
import { type Mail, readMails } from '#local/emulator/mails.ts';
import { kubectl as adminKubectl } from '#local/kubernetes/kubectl.ts';
import type { RunResult } from '#local/processes.ts';
import { type Answered, linkIn, press } from '#local/reviewer.ts';
import type { CloudFacts } from './cloud.ts';
import type { E2ePerson } from './person.ts';

export const rita = 'rita@example.com';
export const rob = 'rob@example.com';

const lookAgainEveryMs = 200;
const longestMs = 90_000;

/** Looks until there is something to see. The error says what was waited for. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  withinMs = longestMs,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
    if (performance.now() > deadline) throw new Error(`Waited ${withinMs / 1000} s in vain: ${what}.`);
    await sleep(lookAgainEveryMs);
  }
}

export interface Ask {
  role?: string;
  /** Only this of the role. */
  allow?: readonly string[];
  namespaces?: readonly string[];
  /** As one writes it: `20s`. */
  duration?: string;
  reason?: string;
  ticket?: string;
  /** When it is to start, of `request` only: `+20s`. */
  at?: string;
  /** Of `run` only, after `--`. */
  command?: readonly string[];
}

/** The options of `curfew request` and `curfew run`; pod-reader in payments for 20 s unless told. */
export function askArgs(person: E2ePerson, asked: Ask = {}): string[] {
  const { role = 'pod-reader', namespaces = ['payments'], duration = '20s', allow = [] } = asked;
  const { reason = 'Payments fail since 12:00', ticket = 'INC-1042', at } = asked;
  return [
    ...['--cluster', person.cloud.cluster.name, '--role', role, '--for', duration],
    ...allow.flatMap((what) => ['--allow', what]),
    ...namespaces.flatMap((namespace) => ['-n', namespace]),
    ...['--reason', reason, '--ticket', ticket],
    ...(at === undefined ? [] : ['--at', at]),
  ];
}

/** Asks with `curfew request` and does not wait for the answer. Throws with its words when it is refused. */
export async function ask(person: E2ePerson, asked: Ask = {}): Promise<RequestView> {
  const args = ['request', ...askArgs(person, asked), '--no-wait', '--output', 'json'];
  const { code, stdout, stderr } = await person.terminal.run('curfew', args);
  if (code !== 0) throw new Error(`curfew request ended with exit code ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** The mail that asks a reviewer about a request. */
export function mailAbout(cloud: CloudFacts, requestId: string, reviewer = rita): Promise<Mail> {
  return until(`a mail to ${reviewer} about ${requestId}`, async () =>
    (await mailsAbout(cloud, requestId)).find(({ to }) => to.includes(reviewer)),
  );
}

/** Every mail so far that names a request. */
export async function mailsAbout(cloud: CloudFacts, requestId: string): Promise<Mail[]> {
  return (await readMails(cloud.emulatorUrl)).filter(({ text }) => text.includes(requestId));
}

/** Opens the mailed page and presses one of its buttons; what the page then says is for the test to judge. */
export async function answerByMail(
  cloud: CloudFacts,
  requestId: string,
  answer: 'approve' | 'deny',
  reviewer = rita,
): Promise<Answered> {
  const link = linkIn(await mailAbout(cloud, requestId, reviewer));
  return press(link, await (await fetch(link)).text(), answer);
}

/** Throws unless the page takes the approval. */
export async function approveByMail(cloud: CloudFacts, requestId: string, reviewer = rita): Promise<void> {
  const { status, page } = await answerByMail(cloud, requestId, 'approve', reviewer);
  if (status !== 200) throw new Error(`The page of ${requestId} answered ${status}: ${page}`);
}

/** Runs kubectl as a person. What the cluster refuses is an exit code and a message. */
export function kubectl(person: E2ePerson, ...args: string[]): Promise<RunResult> {
  return person.terminal.run('kubectl', args);
}

/** Runs kubectl as the cluster's administrator. Throws when it fails. */
export async function asAdmin(cloud: CloudFacts, ...args: string[]): Promise<string> {
  const { adminKubeconfig } = cloud.cluster;
  const { code, stdout, stderr } = await adminKubectl(cloud.binaries, adminKubeconfig, args);
  if (code === 0) return stdout;
  throw new Error(`kubectl ${args.join(' ')}: ${stderr}`);
}

/** What the cluster says to `kubectl get RESOURCE -n NAMESPACE` by a person. */
export async function mayGet(
  person: E2ePerson,
  resource = 'pods',
  namespace = 'payments',
): Promise<'yes' | 'forbidden' | 'unauthorized'> {
  const { code, stderr } = await kubectl(person, 'get', resource, '-n', namespace);
  if (code === 0) return 'yes';
  // Somebody without an access entry is nobody to the cluster.
  // The last is how kubectl puts it when access begins while it looks what the server knows.
  if (/Unauthorized|must be logged in|asked for the client to provide credentials/.test(stderr))
    return 'unauthorized';
  if (/\(Forbidden\)/.test(stderr)) return 'forbidden';
  throw new Error(`kubectl get ${resource} -n ${namespace} by ${person.session}: ${stderr}`);
}

export interface Seen {
  request: RequestView;
  events: AuditEvent[];
}

/** Waits until a request has one of these statuses. Fails at once when it is over with another. */
export async function untilStatus(
  person: Pick<E2ePerson, 'api'>,
  id: string,
  wanted: Status | readonly Status[],
  withinMs = longestMs,
): Promise<Seen> {
  const statuses: readonly string[] = [wanted].flat();
  return until(
    `request ${id} to be ${statuses.join(' or ')}`,
    async () => {
      const seen = await person.api.show(id);
      const { status, history } = seen.request;
      if (statuses.includes(status)) return seen as Seen;
      if (!isFinal(status)) return undefined;
      throw new Error(
        `Request ${id} ended ${status} and not ${statuses.join(' or ')}: ${history.at(-1)?.reason}`,
      );
    },
    withinMs,
  );
}

/** Asks, has it approved by mail, and waits until it is active. */
export async function getAccess(person: E2ePerson, asked: Ask = {}): Promise<RequestView> {
  const { id } = await ask(person, asked);
  await approveByMail(person.cloud, id);
  return (await untilStatus(person, id, 'active')).request;
}
