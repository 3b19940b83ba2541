/**
 * What the steps of the lifecycle are handed, parsed where it arrives. Steps that grant refuse what they don't know;
 * steps that end go on with what they need, so that an execution begun by an older release still ends.
 */
import * as z from 'zod';
import type { ClusterSweep } from './cluster-sweep.ts';
import type { SurveyedRole } from './foreign-role.ts';
import { type Instant, instantOf, instantSchema } from './instant.ts';
import type { SignedPlan, Survey, SurveyPlan, UnbindPlan, UnbindResult } from './plan.ts';

const requestId = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'Not the id of a request.');
const taskToken = z.string().min(1).max(2048);
const instant: z.ZodType<Instant> = instantSchema;
const name = z.string().min(1).max(253);

const cluster = z.strictObject({
  eksName: name,
  region: name,
  endpoint: z.url({ protocol: /^https$/ }),
  certificateAuthority: z.base64().min(1),
});
const place = { namespace: name, name };
const binding = z.strictObject({ ...place, uid: z.string().min(1).exactOptional() });

const words = z.array(z.string().max(253)).min(1);
const policyRule = z.strictObject({
  apiGroups: words,
  resources: words,
  verbs: words,
  resourceNames: words.exactOptional(),
});

export const requestStep = z.strictObject({ requestId });
/** Whatever calls it: it is told nothing that counts. */
export const anyStep = z.unknown();
export const killStep = z.object({ killId: requestId });
export const waitingStep = z.strictObject({ requestId, taskToken });
export const holdStep = z.strictObject({ requestId, taskToken, bindings: z.array(binding).min(1) });
/** The cause is for the record only: a strange one must not keep a grant standing. */
export const endStep = z
  .object({ requestId, cause: z.unknown().optional() })
  .transform(({ cause, ...rest }) =>
    typeof cause === 'string' ? { ...rest, cause: cause.slice(0, 200) } : rest,
  );

export const signedPlan: z.ZodType<SignedPlan> = z.strictObject({
  plan: z.strictObject({
    v: z.literal(1),
    deployment: name,
    requestId,
    cluster,
    bindings: z.array(z.strictObject(place)).min(1),
    clusterRole: name,
    rulesDigest: name,
    task: z.strictObject({ rules: z.array(policyRule).min(1) }).exactOptional(),
    subject: z.strictObject({ kind: z.enum(['User', 'Group']), name }),
    expiresAt: instant,
    createBefore: instant,
  }),
  signature: z.base64().min(1),
});

export const unbindPlan: z.ZodType<UnbindPlan> = z.object({
  v: z.literal(1),
  deployment: name,
  // As the RoleBinding's label says it, which for one that nobody asked for may be anything.
  requestId: z.string().max(253),
  cluster: z.union([cluster, z.literal('gone')]),
  bindings: z.array(binding).min(1),
  task: z.literal(true).exactOptional(),
  notBefore: instant,
  createBefore: instant,
  retried: z.boolean().exactOptional(),
});

/** One plan, or several of one cluster. */
export const unbindStep = z.union([
  z.object({ v: z.literal(1), plans: z.array(unbindPlan).min(1).max(500) }),
  unbindPlan,
]);

export const surveyPlan: z.ZodType<SurveyPlan> = z.object({
  v: z.literal(1),
  deployment: name,
  cluster,
  cursor: z.string().min(1).exactOptional(),
  places: z.array(z.object(place)).max(100).exactOptional(),
  roles: z.array(name).min(1).max(20).exactOptional(),
  taskRoles: z.literal(true).exactOptional(),
  namespaces: z.array(name).min(1).max(10).exactOptional(),
});

const surveyedRole: z.ZodType<SurveyedRole> = z.union([
  z.literal('absent'),
  z.strictObject({ unfit: z.string().max(500) }),
  // Nothing of a rule may be lost on the way: it would be judged as less than it is.
  z.strictObject({
    rules: z.array(
      z.strictObject({
        apiGroups: z.array(z.string()).min(1),
        resources: z.array(z.string()).min(1),
        verbs: z.array(z.string()).min(1),
        resourceNames: z.array(z.string()).min(1).exactOptional(),
      }),
    ),
  }),
]);

export const survey: z.ZodType<Survey> = z.object({
  grants: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      uid: z.string(),
      requestId: z.string(),
      roleRef: z.object({ kind: z.string(), name: z.string() }),
      subjects: z.array(z.object({ kind: z.string(), name: z.string() })),
      expiresAt: instant.exactOptional(),
      createBefore: instant.exactOptional(),
    }),
  ),
  taskRoles: z
    .array(
      z.object({
        namespace: z.string(),
        name: z.string(),
        uid: z.string(),
        requestId: z.string(),
        rulesDigest: z.string(),
        expiresAt: instant.exactOptional(),
      }),
    )
    .exactOptional(),
  cursor: z.string().exactOptional(),
  roles: z.record(name, surveyedRole).exactOptional(),
  namespaces: z
    .record(name, z.union([z.literal('absent'), z.record(z.string(), z.string())]))
    .exactOptional(),
});

export const unbindResult: z.ZodType<UnbindResult> = z.object({
  unboundAt: instant,
  found: z.boolean(),
  rolesFound: z.boolean().exactOptional(),
});
export const closeStep = z.object({ requestId, unbound: unbindResult });

const sweptCluster = z.object({ eksName: name, region: name });
export const clusterSweep: z.ZodType<ClusterSweep> = z.object({
  v: z.literal(1),
  cluster: sweptCluster,
  at: instant,
  ending: z.object({ from: instant, before: instant }).exactOptional(),
  from: z
    .object({
      part: z.enum(['bindings', 'roles', 'entries']),
      cursor: z.string().min(1).exactOptional(),
      after: z.string().exactOptional(),
    })
    .exactOptional(),
});

/**
 * A schedule's event names no request, and says when it was due; a changed execution's is named after its request. Anything
 * else: sweep all.
 */
export const sweepEvent = z
  .object({
    detail: z.object({ name: requestId }).optional().catch(undefined),
    time: z.iso.datetime().optional().catch(undefined),
  })
  .transform(({ detail, time }): { requestId?: string; dueAt?: Instant } => {
    if (detail) return { requestId: detail.name };
    return time === undefined ? {} : { dueAt: instantOf(Date.parse(time)) };
  });
