/** Takes lines of a cluster's audit log: keeps them, and tells on each grant's record what was done with it. */
import { isExpected } from '#domain/catalog-usage.ts';
import { knownSubject } from '#domain/claim.ts';
import { canonicalJson } from '#domain/digest.ts';
import { clusterName, type EksCluster } from '#domain/eks-cluster.ts';
import { RecordChanged } from '#domain/errors.ts';
import { isFinal } from '#domain/lifecycle.ts';
import type { AccessRequest } from '#domain/request.ts';
import { endOf, noteFirstUse, noteFlag, noteRemoval, noteResidual } from '#domain/transitions/note-usage.ts';
import { requestEnd } from '#domain/transitions/request-end.ts';
import { actOf } from '#domain/usage/act.ts';
import { type Attribution, attribute, requestIdOfObject } from '#domain/usage/attribute.ts';
import { type AuditLine, parseAuditLine } from '#domain/usage/audit-line.ts';
import { type Concern, concernOf, isBroker, isKept } from '#domain/usage/concern.ts';
import { flagsOf } from '#domain/usage/rules.ts';
import { joinUsage, type Usage, usageOfAct, usageOfWord, wordOf } from '#domain/usage/usage.ts';
import type { World } from '#ports';
import { atMost } from './at-most.ts';
import { changeRecord } from './change-record.ts';
import { endEarly } from './end-early.ts';
import { grantSpans } from './grant-spans.ts';

type Needs = Pick<World, 'clock' | 'catalog' | 'records' | 'usage' | 'usageLines' | 'executions' | 'metrics'>;

/** What a delivery came to; for the log. */
export interface Traced {
  lines: number;
  broken: number;
  kept: number;
  grants: string[];
  /** RBAC written by hand, in words. */
  byHand: string[];
  /** Use of a Curfew identity that no grant is known for. */
  unknown: number;
}

interface Told {
  text: string;
  line: AuditLine;
  concern: Concern | undefined;
}

const actor = 'curfew:TraceUsage';
const together = 5;
const attempts = 10;

/** Any number of times, in any order, with any part of it delivered before: the records come to say the same. */
export async function traceUsage(
  world: Needs,
  { cluster, lines }: { cluster: EksCluster; lines: readonly string[] },
): Promise<Traced> {
  const { level } = world.catalog.usage;
  const parsed = lines.map((text) => ({ text, line: parseAuditLine(text) }));
  const broken = parsed.filter(({ line }) => line === 'broken');
  if (broken.length > 0) world.metrics.count('UsageUnreadable', broken.length);
  const told = parsed.flatMap(({ text, line }): Told[] =>
    typeof line === 'string' ? [] : [{ text, line, concern: concernOf(line) }],
  );
  // First of all they are kept: whatever fails afterwards is done anew from them, delivered again.
  const kept = [...told.filter(({ concern }) => isKept(level, concern)), ...broken];
  if (kept.length > 0)
    await world.usageLines.put(
      cluster,
      kept.map(({ text }) => text),
    );

  const ofGrants = told.filter(({ concern }) => concern === 'grant');
  const { parts, unknown } = await attributed(world, cluster, ofGrants);
  const grants: string[] = [];
  await atMost(together, [...parts], async ([id, part]) => {
    if (await noteGrant(world, cluster, id, part)) grants.push(id);
  });
  if (unknown > 0) world.metrics.count('UsageUnknown', unknown);
  const byHand = level === 'grants' ? [] : writtenByHand(world, told);
  if (byHand.length > 0) world.metrics.count('RbacByHand', byHand.length);
  return { lines: lines.length, broken: broken.length, kept: kept.length, grants, byHand, unknown };
}

async function attributed(
  world: Needs,
  cluster: EksCluster,
  told: readonly Told[],
): Promise<{ parts: Map<string, Usage>; unknown: number }> {
  const spans = await grantSpans(
    world,
    cluster,
    told.map(({ line }) => line),
  );
  const parts = new Map<string, Usage>();
  let unknown = 0;
  const add = (id: string, part: Usage) => {
    const known = parts.get(id);
    parts.set(id, known ? joinUsage(known, part) : part);
  };
  for (const { line } of told) {
    const to = attribute(line, spans);
    if (to.how === 'none' && line.allowed) unknown += 1;
    for (const [id, part] of partsOf(line, to)) add(id, part);
  }
  return { parts, unknown };
}

function partsOf(line: AuditLine, to: Attribution): [requestId: string, Usage][] {
  switch (to.how) {
    case 'object': {
      const word = wordOf(line);
      return word ? [[to.requestId, usageOfWord(word)]] : [];
    }
    case 'authorizer':
    case 'time':
      return [[to.requestId, usageOfAct(actOf(line, to.how))]];
    case 'several':
      return to.requestIds.map((id) => [id, usageOfAct(actOf(line, 'several'))]);
    default:
      return [];
  }
}

/** False for a name of ours that no grant on this cluster has. */
async function noteGrant(world: Needs, cluster: EksCluster, id: string, part: Usage): Promise<boolean> {
  const request = await world.records.read(id);
  if (!request?.grant || clusterName(request.resolved.eksCluster) !== clusterName(cluster)) return false;
  const usage = await joined(world, id, part);
  await noteFacts(world, request, usage);
  return true;
}

async function joined(world: Pick<World, 'usage'>, id: string, part: Usage): Promise<Usage> {
  for (let attempt = 1; ; attempt++) {
    const { usage, version } = await world.usage.read(id);
    const whole = joinUsage(usage, part);
    if (canonicalJson(whole) === canonicalJson(usage)) return usage;
    try {
      await world.usage.save(id, whole, version);
      return whole;
    } catch (error) {
      if (!(error instanceof RecordChanged) || attempt >= attempts) throw error;
    }
  }
}

/** Everything is told from the whole of what is known, so that what a crash left untold is told by the next line. */
async function noteFacts(world: Needs, { id }: AccessRequest, usage: Usage): Promise<void> {
  const now = () => world.clock.now();
  await changeRecord(world, id, (before) => noteFirstUse(before, usage, now()));
  await changeRecord(world, id, (before) => noteRemoval(before, usage, now()));
  let found = 'none';
  const after = await changeRecord(world, id, (before) => {
    const noted = noteResidual(before, usage, now());
    found = String(noted?.event.facts.severity ?? 'none');
    return noted;
  });
  if (found === 'high') world.metrics.count('ResidualFound', 1);
  await noteFlags(world, after, usage);
}

async function noteFlags(world: Needs, request: AccessRequest, usage: Usage): Promise<void> {
  const { id } = request;
  const { rules } = world.catalog.usage;
  const endedAt = endOf(request, usage);
  const of = { subject: knownSubject(request).kubernetes, ...(endedAt === undefined ? {} : { endedAt }) };
  for (const flag of flagsOf(usage, rules, of)) {
    const { action } = rules[flag.rule];
    if (action === 'end' && !isFinal(request.status)) {
      const wish = { by: actor, reason: `${flag.rule}: ${flag.why}` };
      await endEarly(world, id, wish, (before) => requestEnd(before, { at: world.clock.now(), ...wish }));
    }
    let isNew = false;
    await changeRecord(world, id, (before) => {
      const noted = noteFlag(before, flag, world.clock.now());
      isNew = noted !== undefined;
      return noted;
    });
    if (isNew && action !== 'note') world.metrics.count('UsageFlagged', 1);
  }
}

/** RBAC that somebody changed beside Curfew, or that is Curfew's and was changed by somebody else. */
function writtenByHand(world: Pick<World, 'catalog'>, told: readonly Told[]): string[] {
  return told
    .filter(({ line, concern }) => {
      const { username, allowed, code = 500, stage, verb } = line;
      if (!allowed || code >= 300 || stage !== 'ResponseComplete' || isBroker(username)) return false;
      const ours = requestIdOfObject(line) !== undefined && !['get', 'list', 'watch'].includes(verb);
      return (concern === 'rbac-write' || ours) && !isExpected(world.catalog.usage, username);
    })
    .map(({ line: { username, verb, object, auditId } }) => {
      const place = object?.namespace === undefined ? '' : ` in ${object.namespace}`;
      return `${username}: ${verb} ${object?.resource}/${object?.name ?? ''}${place} (${auditId})`;
    });
}
