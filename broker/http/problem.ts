/** RFC 9457 problems: what happened, to what, and what to do next. The unknown becomes 500 without detail. */
import * as z from 'zod';
import { errorTable, outcomeOf } from '#domain/error-table.ts';
import { CurfewError } from '#domain/errors.ts';
import { type GatewayProblemName, gatewayProblems } from './gateway-problems.ts';

/** Faults that only HTTP knows, and so are not in the domain's table. */
export const httpTable = {
  NoSuchPath: { status: 404, retry: false, title: 'No such path' },
  MethodNotAllowed: { status: 405, retry: false, title: 'Method not allowed' },
  BodyTooLarge: { status: 413, retry: false, title: 'The body is too large' },
} as const;

export type HttpFaultName = keyof typeof httpTable;
export type ProblemName = keyof typeof errorTable | HttpFaultName | 'Internal';

export class HttpFault extends Error {
  override readonly name: HttpFaultName;
  readonly headers: Record<string, string>;
  constructor(name: HttpFaultName, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.name = name;
    this.headers = headers;
  }
}

/** What the caller can do about each problem. */
export const nextStep: Record<ProblemName, string> = {
  InvalidInput: 'Mend every fault listed under details.faults, then send it again.',
  IdentityRefused:
    'Sign the call (SigV4, service execute-api) with the session of an IAM role; IAM users and root are not accepted.',
  NotAllowed: 'Ask somebody who may; GET /v1/whoami says who you are to Curfew.',
  RequestRefused:
    'Ask for what the catalog allows: GET /v1/catalog lists it. What `details.requestId` names is on record.',
  RequestNotFound: 'Check the id: GET /v1/requests?scope=mine lists yours.',
  LinkUnusable:
    'Review with `curfew approve` or `curfew deny`, signed with your own identity, if it is still open.',
  WrongStatus: 'Read the request again: GET /v1/requests/{id} says where it stands.',
  IdempotencyMismatch: 'Use a new Idempotency-Key for another body; the same key only repeats the same call.',
  RecordChanged: 'Read the request again and decide anew.',
  NotApproved: 'Ask again: the approval is no longer good for this.',
  AskedAgain: 'Nothing to do: its reviewers are asked for what it is now.',
  ClaimAwaited: 'Nothing to do, unless it is for you: then run `curfew claim`.',
  NotDue: 'Nothing to do: it is opened when its time comes.',
  KillSwitchOn: 'Wait until an operator has lifted it, then ask again.',
  KillNotFound: 'Check the id: GET /v1/kills lists them.',
  PasskeyRefused: 'Open the link from the mail again, and approve with your own passkey.',
  PasskeyNotFound: 'Check the id: GET /v1/passkeys lists yours.',
  EndRequested: 'Nothing to do: the end was asked for and is under way.',
  EntryBusy: 'Try again in a few seconds.',
  ForeignAccessEntry:
    'Have the owner of that access entry run the command under details.command, then ask again.',
  ClusterUnfenced:
    'Have the platform team run `curfew onboard` on this cluster; no grant is made until then.',
  ClusterNotReady: 'Have the platform team run `curfew onboard` on this cluster, then ask again.',
  RoleUndefined: 'Nothing to do: it is made, and bound after that.',
  PlanRefused: 'Tell the platform team; what was planned is not what may be carried out.',
  FenceOpen: 'Nothing to do: it is tried again until it is proven.',
  StillStanding: 'Nothing to do: revoking is tried again until it is proven.',
  Unavailable: 'Try again in a few seconds; repeat a POST with the same Idempotency-Key.',
  NoSuchPath: 'GET /v1/openapi.json lists every path.',
  MethodNotAllowed: 'Use a method of the Allow header.',
  BodyTooLarge: 'Send less.',
  Internal:
    'Try again; if it stays, give the platform team the instance, which is in the log of the Api function.',
};

const codes = [...Object.keys(nextStep), ...gatewayProblems] as [string, ...string[]] as [
  ProblemName | GatewayProblemName,
];

export const problemView = z
  .object({
    type: z.string().describe('`urn:curfew:problem:` and the code.'),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes),
    detail: z
      .string()
      .nullable()
      .describe('What happened, to what; null where API Gateway refuses without a word.'),
    next: z.string().describe('What to do about it.'),
    details: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Facts: `faults` as {path, message}, `reasons` of a refusal, `requestId`, `command`.'),
    instance: z.string().optional().describe('Only of code Internal: what to look for in the log.'),
  })
  .meta({ id: 'Problem' });
/** One of our own, which always says what happened. */
export type Problem = z.output<typeof problemView> & { detail: string };

/** Where unexpected errors go; never given a URL, header or body, which may hold a review link. */
export interface FaultLog {
  error(message: string, facts: { instance: string; route: string; error: unknown }): void;
}

export interface Answered {
  problem: Problem;
  headers: Record<string, string>;
}

function built(code: ProblemName, status: number, title: string, detail: string): Problem {
  return { type: `urn:curfew:problem:${code}`, title, status, code, detail, next: nextStep[code] };
}

/** The problem that tells of a thrown value. `route` is the pattern that was called, for the log. */
export function problemOf(error: unknown, route: string, log: FaultLog): Answered {
  if (error instanceof HttpFault) {
    const { status, title } = httpTable[error.name];
    return { problem: built(error.name, status, title, error.message), headers: error.headers };
  }
  if (error instanceof CurfewError && error.name in errorTable) {
    const { status, title, retry } = outcomeOf(error);
    const problem = built(error.name as ProblemName, status, title, error.message);
    if (Object.keys(error.details).length > 0) problem.details = error.details;
    return { problem, headers: retry && status === 503 ? { 'retry-after': '3' } : {} };
  }
  const instance = `urn:uuid:${crypto.randomUUID()}`;
  log.error('Unexpected error while answering', { instance, route, error });
  const { status, title } = outcomeOf(error);
  return {
    problem: { ...built('Internal', status, title, 'An unexpected error; it was logged.'), instance },
    headers: {},
  };
}

export function problemResponse({ problem, headers }: Answered): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, 'content-type': 'application/problem+json' },
  });
}
