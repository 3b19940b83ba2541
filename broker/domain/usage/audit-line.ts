/** One line of a Kubernetes audit log (audit.k8s.io/v1): one stage of one request to the API server, as far as Curfew needs it. */
import * as z from 'zod';
import { type Instant, instantOf } from '../instant.ts';

const stages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;

/** Whoever calls chooses much of a line, such as its user agent: cut to `max` characters, and unable to forge lines where it is shown. */
const text = (max: number) =>
  z.string().transform((value) => value.slice(0, max).replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?'));

/** Written with microseconds. */
const time = z.iso.datetime().transform((value): Instant => instantOf(Date.parse(value)));

const mostGroups = 100;
const user = z.object({
  username: text(300).default(''),
  groups: z
    .array(text(300))
    .default([])
    .transform((groups) => groups.slice(0, mostGroups)),
});

const lineSchema = z.object({
  kind: z.literal('Event'),
  auditID: z.string().regex(/^[\w.:-]{1,100}$/),
  stage: z.enum(stages),
  verb: text(40),
  requestURI: z.string(),
  user,
  impersonatedUser: user.optional(),
  sourceIPs: z.array(text(60)).optional(),
  userAgent: text(200).optional(),
  objectRef: z
    .object({
      apiGroup: text(253).optional(),
      resource: text(253).optional(),
      subresource: text(63).optional(),
      namespace: text(63).optional(),
      name: text(253).optional(),
    })
    .optional(),
  responseStatus: z.object({ code: z.int().optional() }).optional(),
  requestReceivedTimestamp: time,
  stageTimestamp: time,
  annotations: z.record(z.string(), z.string()).optional(),
});

/** What a request was about; absent for those about no resource, such as `/version`. */
export interface ObjectRef {
  /** Empty for the core group. */
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
}

export interface AuditLine {
  /** The same for all stages of one request. */
  auditId: string;
  stage: (typeof stages)[number];
  receivedAt: Instant;
  /** When this stage was reached. */
  at: Instant;
  verb: string;
  /** Who signed in; whom they acted as is `as`. */
  username: string;
  groups: string[];
  as?: string;
  address?: string;
  agent?: string;
  object?: ObjectRef;
  /** What an exec ran, word by word; what was typed into it later is in no audit log. */
  command?: string;
  /** Of a log that goes on as it is written. */
  follows?: true;
  code?: number;
  allowed: boolean;
  /** Why, in the authorizer's words; empty for what was refused. */
  reason: string;
  /** Id of a token that the API server made: its JTI. */
  credential?: string;
}

/** `other`: not a line of the audit log, such as one of the authenticator; `broken`: one that can't be read. */
export type Parsed = AuditLine | 'other' | 'broken';

const longestCommand = 200;

export function parseAuditLine(line: string): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // What writes no JSON is another log; an audit line that is cut off still says what it is.
    return /^\s*\{"kind":"Event"/.test(line) ? 'broken' : 'other';
  }
  if (typeof value !== 'object' || value === null || !('auditID' in value)) return 'other';
  const parsed = z.safeParse(lineSchema, value);
  return parsed.success ? lineOf(parsed.data) : 'broken';
}

function lineOf(of: z.output<typeof lineSchema>): AuditLine {
  const { annotations = {}, objectRef: ref } = of;
  const query = queryOf(of.requestURI);
  const command = query.getAll('command').join(' ').slice(0, longestCommand);
  const code = of.responseStatus?.code;
  const [address] = of.sourceIPs ?? [];
  const credential = annotations['authentication.kubernetes.io/issued-credential-id'];
  return {
    auditId: of.auditID,
    stage: of.stage,
    receivedAt: of.requestReceivedTimestamp,
    at: of.stageTimestamp,
    verb: of.verb,
    username: of.user.username,
    groups: of.user.groups,
    ...(of.impersonatedUser ? { as: of.impersonatedUser.username } : {}),
    ...(address === undefined ? {} : { address }),
    ...(of.userAgent === undefined ? {} : { agent: of.userAgent }),
    ...(ref?.resource === undefined ? {} : { object: objectOf(ref.resource, ref) }),
    ...(command === '' ? {} : { command: command.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?') }),
    ...(query.get('follow') === 'true' || query.get('follow') === '1' ? { follows: true as const } : {}),
    ...(code === undefined ? {} : { code }),
    allowed: annotations['authorization.k8s.io/decision'] === 'allow',
    reason: (annotations['authorization.k8s.io/reason'] ?? '').slice(0, 1000),
    ...(credential === undefined ? {} : { credential: credential.slice(0, 100) }),
  };
}

function queryOf(uri: string): URLSearchParams {
  const from = uri.indexOf('?');
  return new URLSearchParams(from < 0 ? '' : uri.slice(from + 1, from + 4000));
}

function objectOf(
  resource: string,
  { apiGroup = '', subresource, namespace, name }: NonNullable<z.output<typeof lineSchema>['objectRef']>,
): ObjectRef {
  return {
    group: apiGroup,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}
