/** What a refusing answer of the API, or of API Gateway before it, means and what to do about it. */
import * as z from 'zod';
import { type CurfewError, IdentityRefused, InvalidInput, NotAllowed, Unavailable } from '#domain/errors.ts';
import { isGatewayProblem } from '#http/gateway-problems.ts';
import { AnsweredError } from '../failures.ts';
import type { HttpAnswer } from '../http-call.ts';
import { expired } from '../identity.ts';
import { roughly } from '../terminal/times.ts';

/** RFC 9457, as far as this client needs it: other versions of the API may say more. */
const problemSchema = z.object({
  title: z.string().default('The API refused'),
  code: z.string().default('Problem'),
  detail: z.string().nullish(),
  next: z.string().optional(),
  details: z.record(z.string(), z.unknown()).default({}),
  instance: z.string().optional(),
});
type Problem = z.output<typeof problemSchema>;

const faultsSchema = z.array(z.object({ path: z.string(), message: z.string() })).min(1);

/** What to do about a problem with this CLI; the API's own `next` speaks of its paths. */
const nextSteps: Record<string, string> = {
  IdentityRefused:
    '`aws sts get-caller-identity` shows who you are; curfew needs the session of an IAM role.',
  NotAllowed: '`curfew whoami` shows who you are to Curfew.',
  RequestRefused: '`curfew roles` lists what can be asked for.',
  RequestNotFound: '`curfew list` shows yours, `curfew list --open` those you can review.',
  KillNotFound: '`curfew kill list` shows the orders there are.',
  PasskeyNotFound: '`curfew passkey list --everybody` shows those there are.',
  ClusterUnfenced: 'No grant is made there until your platform team has run `curfew onboard`.',
  ClusterNotReady: 'Ask your platform team to run `curfew onboard` for this cluster.',
  RecordChanged: 'Look at it again with `curfew show <id>`.',
};

/** `detail` of the problems that the stack has it say; else of what stands before it, such as a firewall. */
const gatewaySchema = z.looseObject({
  detail: z.string().nullish(),
  message: z.string().optional(),
  Message: z.string().optional(),
});

export interface AnswerContext {
  /** Host that answered, for messages. */
  host: string;
  region: string;
  signInHint: string;
  /** This machine's clock when the call was signed. */
  signedAt: Date;
}

/** The failure that an answer with a status of 400 or more stands for. */
export function failureOf(answer: HttpAnswer, context: AnswerContext): CurfewError {
  const type = answer.headers['content-type'] ?? '';
  const body = parseJson(answer.text);
  if (type.includes('application/problem+json')) {
    const problem = problemSchema.safeParse(body);
    if (problem.success && !isGatewayProblem(problem.data.code))
      return problemFailure(problem.data, answer.status);
  }
  return gatewayFailure(answer, body, context);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function problemFailure(problem: Problem, status: number): CurfewError {
  const { title, code, detail, details, instance } = problem;
  const faults = faultsSchema.safeParse(details.faults);
  const said = faults.success
    ? `${title}:\n${faults.data.map(({ path, message }) => `  ${path ? `${path}: ` : ''}${message}`).join('\n')}`
    : (detail ?? title);
  const recorded =
    code === 'RequestRefused' && typeof details.requestId === 'string' ? details.requestId : '';
  const lines = [
    said,
    ...(typeof details.command === 'string' ? [`Its owner can run:\n  ${details.command}`] : []),
    ...(recorded ? [`The refusal is on record as ${recorded}.`] : []),
    ...(nextSteps[code] ? [nextSteps[code]] : []),
    ...(instance ? [`Give this to your platform team: ${instance}`] : []),
  ];
  return new AnsweredError(code, status, lines.join('\n'), { details });
}

function skewOf(answer: HttpAnswer, signedAt: Date): string | undefined {
  const theirs = Date.parse(answer.headers.date ?? '');
  const ms = signedAt.getTime() - theirs;
  if (Number.isNaN(theirs) || Math.abs(ms) < 60_000) return undefined;
  return `${roughly(ms)} ${ms > 0 ? 'ahead' : 'behind'}`;
}

/** API Gateway's own refusals: the call never reached Curfew. */
function gatewayFailure(answer: HttpAnswer, body: unknown, context: AnswerContext): CurfewError {
  const { status, headers } = answer;
  const parsed = gatewaySchema.safeParse(body);
  const said =
    (parsed.success ? (parsed.data.detail ?? parsed.data.message ?? parsed.data.Message) : undefined) ?? '';
  const kind = (headers['x-amzn-errortype'] ?? '').split(':')[0] ?? '';
  const { host, region, signInHint } = context;
  if (
    /Signature expired|Signature not yet current|RequestTimeTooSkewed|RequestExpired/i.test(`${kind} ${said}`)
  ) {
    const skew = skewOf(answer, context.signedAt);
    return new IdentityRefused(
      `${skew ? `This machine's clock is ${skew}` : "This machine's clock differs from AWS's"}, so AWS refuses its signatures. Set the clock (timedatectl set-ntp true; on macOS: sudo sntp -sS time.apple.com), then try again.`,
    );
  }
  if (/expired/i.test(`${kind} ${said}`)) return expired(signInHint);
  if (/UnrecognizedClient|InvalidClientTokenId|security token .* invalid/i.test(`${kind} ${said}`)) {
    return new IdentityRefused(
      `AWS doesn't know these credentials (deleted, mistyped, or of another partition). Sign in again:\n  ${signInHint}`,
    );
  }
  if (/credential should be scoped|scoped to a valid region/i.test(said)) {
    return new IdentityRefused(
      `The call was signed for region ${region}, but the API at ${host} is in another. Set it: \`curfew configure --region <region>\`, or --region.`,
    );
  }
  if (/signature we calculated does not match|InvalidSignature/i.test(`${kind} ${said}`)) {
    return new IdentityRefused(
      `AWS refuses the signature: the secret key doesn't belong to the access key, or something between here and ${host} changes requests. Sign in again:\n  ${signInHint}`,
    );
  }
  if (
    status === 403 &&
    (/MissingAuthenticationToken/i.test(kind) || /Missing Authentication Token/i.test(said))
  ) {
    return new InvalidInput(
      `There is no Curfew API at this address (${host}): API Gateway knows no such path. Check the URL: it ends with the stage, e.g. /prod.`,
    );
  }
  if (status === 403 && (said === 'Forbidden' || said === '')) {
    return new NotAllowed(
      `${host} answers Forbidden, without saying why. Either the URL is wrong (it ends with the stage, e.g. /prod: see \`curfew configure\`), or a resource policy or firewall doesn't let you in from here.`,
    );
  }
  if (status === 403) {
    return new NotAllowed(
      `API Gateway refuses your identity${said ? `: ${said}` : ''}\nYour IAM role needs execute-api:Invoke on Curfew's API (and its resource policy must let you in). Ask your platform team; \`aws sts get-caller-identity\` shows who you are.`,
    );
  }
  if (status === 429 || status >= 500) {
    return new Unavailable(
      `Curfew's API (${host}) answered ${status}${said ? `: ${said}` : ''}. Try again shortly.`,
    );
  }
  return new AnsweredError(
    'UnexpectedAnswer',
    status,
    `${host} answered ${status}${said ? `: ${said}` : ''}, not as Curfew's API does. Check the URL (--url, CURFEW_URL).`,
  );
}
