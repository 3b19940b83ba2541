/** What a reviewer is told about a request, in mail and on the page alike: plain words, no markup. */
import type { Catalog } from '#domain/catalog.ts';
import { listed } from '#domain/catalog-lookup.ts';
import { askerInWords } from '#domain/claim.ts';
import { type Accept, concernInWords, concernsOf } from '#domain/escalation/accepts.ts';
import type { Decision } from '#domain/policy/decision.ts';
import { needInWords } from '#domain/policy/review-needs.ts';
import type { AccessRequest } from '#domain/request.ts';
import { isForeign } from '#domain/role-definition.ts';
import { joined } from '#domain/rule-words.ts';
import { deletes, inShort, rulesInWords } from '#domain/rules-in-words.ts';
import { grantedRules } from '#domain/task-rules.ts';
import { askedAgainBecause } from '#domain/transitions/ask-again.ts';
import { workloadInWords } from '#domain/workload.ts';
import { instantInWords } from './instant-in-words.ts';
import { startInWords } from './start-in-words.ts';

export interface RequestInWords {
  /** Whom it is for, as short as can be. */
  who: string;
  /** Whether access goes to one person or to everyone in a role. */
  whoGets: string;
  /** `alice@example.com asks for pod-reader on payments-prod for 30 minutes`. */
  headline: string;
  /** What its rights come from: `Role pod-reader`, or a role that was made for it. */
  givenBy: string;
  /** One sentence or two: what it can do, and what it can't. */
  inShort: string;
  can: string[];
  cautions: string[];
  where: string;
  /** When and for how long, as label and value. */
  times: (readonly [label: string, value: string])[];
  /** What happens when nobody answers. */
  noAnswer: string;
  why: string;
  ticket: string | undefined;
  askedAt: string;
  answerBy: string;
  approvals: string;
  /** Score and what it comes from; empty where nothing counts. */
  risk: string[];
  /** What has to be known before an approval by link is tried; undefined where it is enough. */
  surely: string | undefined;
}

/** One line without control or invisible characters: no value can add a header, a line, or turn what follows around. */
export function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** Name of a role from its ARN, without the path. */
function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** What the catalog accepts of the role that a request is for, as of now: told beside what its rules can lead to. */
export function acceptsFor(
  { asked }: Pick<AccessRequest, 'asked'>,
  { roles }: Pick<Catalog, 'roles'>,
): Accept[] {
  return listed(roles, asked.role)?.accepts ?? [];
}

/** Every value is one line, whatever is on record: what people wrote was checked when it came in, and is again here. */
export function requestInWords(request: AccessRequest, accepts: readonly Accept[]): RequestInWords {
  const { ticket, times, surely, ...words } = inWords(request, accepts);
  const flat = (value: string | string[]) => (Array.isArray(value) ? value.map(oneLine) : oneLine(value));
  const entries = Object.entries(words).map(([name, value]) => [name, flat(value)]);
  return {
    ...Object.fromEntries(entries),
    times: times.map(([label, value]) => [label, oneLine(value)] as const),
    ticket: ticket === undefined ? undefined : oneLine(ticket),
    surely: surely === undefined ? undefined : oneLine(surely),
  } as RequestInWords;
}

/** Who exactly, where that is more than so many people of one list. */
function needsInWords({ reviews }: Decision): string {
  const needs = reviews.flatMap((rule) => rule.needs);
  if (needs.length < 2) return '';
  return `, that is ${joined(needs.map(needInWords))}`;
}

function riskInWords({ score, factors }: Decision['risk']): string[] {
  if (factors.length === 0) return [];
  return [`${score} of 100`, ...factors.map(({ points, why }) => `+${points}: ${why}`)];
}

const deletion = 'It deletes things. What is deleted does not come back when access ends.';

const breakGlass = ({ waived = [] }: Decision): string =>
  `By break-glass: an emergency, they say.${waived.length > 0 ? ` Set aside: ${waived.join(', ')}.` : ''} Somebody else looks back at it afterwards.`;

/** A job as its issuer vouches for it; else a session, which whoever may use the role has named. */
function whoOfWorkload({ workload, sessionName = '' }: AccessRequest['requester'], roleName: string): string {
  if (!workload) return `A session "${sessionName}" of the IAM role ${roleName}`;
  const words = workloadInWords(workload);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function agentCaution({ workload }: AccessRequest['requester']): string[] {
  if (workload?.kind !== 'agent') return [];
  return [`An agent asks, not a person. It acts for ${workload.actsFor}, who can't answer this request.`];
}

/** Of a role that isn't Curfew's, which its owners may change at any time. */
function byWhat({ clusterRole }: AccessRequest['resolved']): string {
  return isForeign(clusterRole) ? `, by ClusterRole ${clusterRole} of the cluster as it stands now,` : '';
}

function whoGets({ subject, claim }: AccessRequest, who: string, roleName: string): string {
  switch (subject.kind) {
    case 'unclaimed': {
      const from = claim?.from?.map(roleNameOf) ?? [];
      const role = from.length === 0 ? '' : `, from the IAM role ${from.join(' or ')}`;
      return `One person: ${subject.person}. Nothing is granted before they have claimed it, signed${role}`;
    }
    case 'person':
      return `One person: ${subject.sessionName ?? who}, signed in through the IAM role ${roleName}`;
    case 'principal':
      return `Everyone who can use the IAM role ${subject.principalArn}`;
  }
}

function surelyInWords({ id, decision }: AccessRequest): string | undefined {
  switch (decision.assurance) {
    case 'link':
      return undefined;
    case 'signed':
      return `It takes your own signature to approve: where you are signed in to AWS, run curfew approve ${id}. Or use your passkey, on the page; with neither you can deny it.`;
    case 'passkey':
      return 'It takes your passkey to approve, on the page. If you have none: where you are signed in to AWS, run curfew passkey enroll. Without it you can deny it.';
  }
}

function inWords(request: AccessRequest, accepts: readonly Accept[]): RequestInWords {
  const { asked, requester, resolved, subject, decision, reviews } = request;
  const roleName = subject.kind === 'unclaimed' ? '' : roleNameOf(subject.principalArn);
  const isPerson = subject.kind !== 'principal';
  const who = requester.person ?? whoOfWorkload(requester, roleName);
  const asker = requester.askedBy && askerInWords(requester.askedBy);
  const start = startInWords(request);
  const again = askedAgainBecause(request);
  const approved = reviews.filter((review) => review.answer === 'approve').length;
  const rules = grantedRules(resolved);
  const wholeRole = `This is not one person: everyone who can use the IAM role ${roleName} gets this access.`;
  return {
    who,
    whoGets: whoGets(request, who, roleName),
    headline: `${asker === undefined ? who : `${asker}, for ${who},`} ${start.asks} ${resolved.task ? 'part of ' : ''}${asked.role} on ${asked.cluster} ${start.howLong}`,
    givenBy: resolved.task
      ? `A role made for this request alone, within role ${asked.role},`
      : `Role ${asked.role}${byWhat(resolved)}`,
    inShort: inShort(rules, asked.namespaces),
    can: rulesInWords(rules),
    cautions: [
      ...(again === undefined ? [] : [`It is asked again, and earlier answers don't count: ${again}.`]),
      ...(isPerson ? [] : [wholeRole]),
      ...agentCaution(requester),
      ...(asked.breakGlass ? [breakGlass(decision)] : []),
      ...concernsOf({ rules: [...rules], accepts }).map(concernInWords),
      ...(deletes(rules) ? [deletion] : []),
      ...decision.reasons,
    ],
    where: `Cluster ${asked.cluster}, ${asked.namespaces.length === 1 ? 'namespace' : 'namespaces'} ${joined(asked.namespaces)}`,
    times: start.rows,
    noAnswer: start.noAnswer,
    why: asked.reason,
    ticket: asked.ticket,
    askedAt: instantInWords(request.createdAt),
    answerBy: instantInWords(request.reviewBy),
    approvals: `${approved} of ${decision.reviewsNeeded}${needsInWords(decision)}`,
    risk: riskInWords(decision.risk),
    surely: surelyInWords(request),
  };
}
