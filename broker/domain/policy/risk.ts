/** Risk: a sum of named factors, so that everybody can see what counted; thresholds of the catalog turn it into rules. */
import type { Catalog } from '../catalog.ts';
import { environmentOf } from '../catalog-lookup.ts';
import { formatDuration } from '../duration.ts';
import { after } from '../instant.ts';
import { durationInLine, startsFrom } from '../start.ts';
import { type FactorName, type Finding, factorNames, highestRisk, type Risk } from './decision.ts';
import type { Question } from './guardrail.ts';
import { hoursInWords, openUntil } from './hours.ts';

/** What a factor adds where the catalog says nothing else. */
export const usualPoints: Readonly<Record<FactorName, number>> = {
  changes: 10,
  breadth: 10,
  production: 15,
  'off-hours': 15,
  'first-time': 10,
  'no-ticket': 10,
  'long-duration': 10,
  'recent-denials': 20,
  'new-network': 15,
  'break-glass': 20,
};

const reading: readonly string[] = ['get', 'list', 'watch'];
/** Kinds of things; more than these are many. */
const fewResources = 5;
const dayMs = 24 * 3_600_000;

const what = ({ allow }: Question['asked']) => (allow ? 'the task' : 'the role');

/** Why a factor counts for a question; undefined where it doesn't. */
const factors: Record<FactorName, (question: Question) => string | undefined> = {
  changes: ({ rules, asked }) =>
    rules.some(({ verbs }) => verbs.some((verb) => !reading.includes(verb)))
      ? `${what(asked)} can change things, not only look`
      : undefined,
  breadth: ({ rules, asked }) => {
    const kinds = new Set(rules.flatMap(({ resources }) => resources)).size;
    return kinds > fewResources ? `${what(asked)} reaches ${kinds} kinds of things` : undefined;
  },
  production: ({ catalog, asked }) => {
    const found = environmentOf(catalog, asked.cluster);
    return found?.rules.production ? `${asked.cluster} is ${found.name}` : undefined;
  },
  'off-hours': ({ catalog: { workingHours }, asked, now }) => {
    return workingHours && openUntil(workingHours, startsFrom(asked, now)) === undefined
      ? `outside working hours (${hoursInWords(workingHours)})`
      : undefined;
  },
  'first-time': ({ asked, past }) =>
    past.some(
      (was) =>
        was.asked.role === asked.role && was.asked.cluster === asked.cluster && was.status === 'revoked',
    )
      ? undefined
      : `they have not had ${asked.role} on ${asked.cluster} lately`,
  'no-ticket': ({ asked }) => (asked.ticket === undefined ? 'no ticket is given' : undefined),
  'long-duration': ({ asked, role, firstStart }) => {
    const whole = durationInLine(asked, firstStart);
    return role && whole > role.maxDuration / 2
      ? `more than half of the longest time there is (${formatDuration(role.maxDuration)})`
      : undefined;
  },
  'recent-denials': ({ past, now }) => {
    const since = after(now, -dayMs);
    const denied = past.filter(({ status, createdAt }) => status === 'denied' && createdAt > since).length;
    return denied > 0 ? `denied ${denied === 1 ? 'once' : `${denied} times`} within a day` : undefined;
  },
  'new-network': ({ requester: { network }, past }) => {
    const known = new Set(past.flatMap(({ requester }) => requester.network ?? []));
    return network !== undefined && known.size > 0 && !known.has(network)
      ? `from a network (${network}) that they did not ask from lately`
      : undefined;
  },
  'break-glass': ({ asked }) =>
    asked.breakGlass ? 'it is taken by break-glass, without reviews' : undefined,
};

export function riskOf(question: Question): Risk {
  const points = { ...usualPoints, ...question.catalog.risk.points };
  const counted = factorNames.flatMap((name) => {
    const why = points[name] > 0 ? factors[name](question) : undefined;
    return why === undefined ? [] : [{ name, points: points[name], why }];
  });
  const sum = counted.reduce((total, factor) => total + factor.points, 0);
  return { score: Math.min(sum, highestRisk), factors: counted };
}

/** What the catalog's thresholds ask for at this score. Every threshold that is reached counts. */
export function riskFindings(
  { catalog, role }: Pick<Question, 'catalog' | 'role'>,
  { score, factors }: Risk,
): Finding[] {
  if (!role) return [];
  const rule = 'risk';
  const because = factors.map(({ why }) => why).join('; ');
  return catalog.risk.thresholds
    .filter(({ from }) => score >= from)
    .flatMap((threshold) =>
      findingsOf(threshold).map((finding) => ({ rule, ...finding, ...said(finding, score, because) })),
    );
}

type Threshold = Catalog['risk']['thresholds'][number];

function findingsOf({ refuse, reviews, maxDuration, assurance }: Threshold): Omit<Finding, 'rule'>[] {
  return [
    ...(refuse ? [{ refuse: '' }] : []),
    ...(reviews === undefined ? [] : [{ reviews, waivable: true as const }]),
    ...(maxDuration === undefined ? [] : [{ capSeconds: maxDuration }]),
    ...(assurance === undefined ? [] : [{ assurance }]),
  ];
}

function said(finding: Omit<Finding, 'rule'>, score: number, because: string): Partial<Finding> {
  const risk = `the risk is ${score} of ${highestRisk}`;
  if (finding.refuse !== undefined)
    return { refuse: `Too risky as it is asked: ${risk}: ${because}. Ask for less.` };
  // The factors stand beside the decision, each with its points.
  return { why: `The catalog asks for more because ${risk}.`, tooLong: `${risk}: ${because}` };
}
