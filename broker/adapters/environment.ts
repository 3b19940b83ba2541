/** The functions' configuration: the one reader of their environment. All faults at once; values are never repeated in them. */
import * as z from 'zod';

const text = z.string().min(1);

/** Each setting: its variable, and what it must look like. */
const settings = {
  region: ['AWS_REGION', text.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'not a region')],
  deployment: [
    'CURFEW_DEPLOYMENT',
    text.regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,62}$/, 'not the id of a deployment'),
  ],
  table: ['CURFEW_TABLE', text],
  auditBucket: ['CURFEW_AUDIT_BUCKET', text],
  stateMachineArn: [
    'CURFEW_STATE_MACHINE_ARN',
    text.regex(/^arn:.+:stateMachine:/, 'not the ARN of a state machine'),
  ],
  mailFrom: ['CURFEW_MAIL_FROM', text.includes('@', 'not a mail address')],
  publicUrl: ['CURFEW_PUBLIC_URL', z.url({ protocol: /^https?$/, error: 'not a URL' })],
  /** Empty: the host of publicUrl. */
  passkeyDomain: ['CURFEW_PASSKEY_DOMAIN', z.string().default('')],
  planKeyId: ['CURFEW_PLAN_KEY_ID', text],
  logKeyId: ['CURFEW_LOG_KEY_ID', text],
  /** Name of a bucket, or `none`. */
  outsideBucket: ['CURFEW_OUTSIDE_BUCKET', text],
  planPublicKey: [
    'CURFEW_PLAN_PUBLIC_KEY',
    text.startsWith('-----BEGIN PUBLIC KEY-----', 'not a public key in PEM'),
  ],
  unbindFunction: ['CURFEW_UNBIND_FUNCTION', text],
  surveyFunction: ['CURFEW_SURVEY_FUNCTION', text],
  sweepClusterFunction: ['CURFEW_SWEEP_CLUSTER_FUNCTION', text],
  /** Set by Lambda itself. */
  ownFunction: ['AWS_LAMBDA_FUNCTION_NAME', text],
  killFunction: ['CURFEW_KILL_FUNCTION', text],
  eventBus: ['CURFEW_EVENT_BUS', text],
  askFunction: ['CURFEW_ASK_FUNCTION', text],
} as const satisfies Record<string, readonly [string, z.ZodType<string>]>;

export type Setting = keyof typeof settings;
export type Environment<S extends Setting> = Record<S, string>;

/** The settings that a function needs, and no others. Throws one error that names every variable at fault. */
export function environment<S extends Setting>(
  needed: readonly S[],
  variables: Readonly<Record<string, string | undefined>> = process.env,
): Environment<S> {
  const faults: string[] = [];
  const found = needed.map((setting) => {
    const [variable, schema] = settings[setting];
    const result = z.safeParse(schema, variables[variable]);
    if (!result.success) faults.push(`${variable}: ${faultOf(variables[variable], result.error)}`);
    return [setting, result.data ?? ''] as const;
  });
  if (faults.length > 0)
    throw new Error(`This function is not configured: ${faults.join('; ')}. The stack sets these variables.`);
  return Object.fromEntries(found) as Environment<S>;
}

function faultOf(value: string | undefined, error: z.ZodError): string {
  if (value === undefined || value === '') return 'missing';
  return error.issues.map((issue) => issue.message).join(', ');
}
