/** What a platform team may set about a deployment: read from CDK context, every fault at once. */
import type { Node } from 'constructs';
import * as z from 'zod';
import { InvalidInput } from '#domain/errors.ts';

/** Retention periods that CloudWatch Logs knows, in days. */
const logRetentionDays = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653];

/** `-c name=a,b` on the command line is a text; the same in cdk.json is a list. */
const list = (item: z.ZodType<string>) =>
  z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
      z.array(item),
    )
    .default([]);
const flag = (fallback: boolean) =>
  z
    .preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())
    .default(fallback);
const wholeNumber = (value: unknown) =>
  typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;

const address = z
  .string('Give the address that Curfew sends its mails from, such as curfew@your-company.com.')
  .regex(/^[^\s@<>"]+@[^\s@<>"]+\.[^\s@<>"]+$/, 'Write one plain mail address.');

const shape = z.strictObject({
  deployment: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,29}[a-z0-9]$/, 'Use 2 to 31 lower-case letters, digits and dashes.')
    .default('curfew')
    .describe(
      'Id of this deployment: the stack has this name, and what it makes on clusters is marked with it.',
    ),
  catalog: z.string().min(1).default('curfew.yaml').describe('Path of the catalog file.'),
  policy: z
    .string()
    .min(1)
    .default('policy')
    .describe(
      "Folder of the organisation's rules in Rego. Without any, the built-in guardrails decide alone.",
    ),
  policyServer: z
    .url({ protocol: /^https$/, error: 'Write an https address.' })
    .refine((url) => {
      const { username, password, search, hash, pathname } = new URL(url);
      return !username && !password && !search && !hash && pathname.startsWith('/v1/data/');
    }, "Write the document's whole address, such as https://opa.example.com/v1/data/curfew/access/verdict, without credentials.")
    .optional()
    .describe('A central OPA server that judges in place of the rules in that folder.'),
  policyServerCertificate: z
    .string()
    .min(1)
    .optional()
    .describe("File with the certificate authority of that server, where it isn't a public one."),
  mailFrom: address.describe('Sender of all mails.'),
  mailIdentity: z
    .enum(['address', 'domain', 'existing'])
    .default('address')
    .describe(
      'What to verify in SES: the address, its whole domain, or nothing since it is verified already.',
    ),
  publicUrl: z
    .url({ protocol: /^https?$/, error: 'Write an https address.' })
    .refine((url) => !url.endsWith('/'), 'Leave out the slash at the end.')
    .refine(
      (url) => url.startsWith('https:') || /^http:\/\/[\w.-]+\.invalid$/.test(url),
      'Links in mails are secrets: write an https address.',
    )
    .optional()
    .describe("Base address of the links in mails, where it isn't the API's own: a custom domain."),
  passkeyDomain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'Write a domain such as example.com.')
    .optional()
    .describe(
      "Domain that passkeys are made for: the host of those links, or one above it, so that they outlive another host. Without it, that host. Passkeys of another domain don't work any more.",
    ),
  existingTrail: z
    .string()
    .regex(/^arn:aws[\w-]*:cloudtrail:[\w-]+:\d{12}:trail\/[\w.-]+$/, 'Write the ARN of the trail.')
    .optional()
    .describe('A CloudTrail trail that records management events already; none is made then.'),
  auditMode: z
    .enum(['GOVERNANCE', 'COMPLIANCE'])
    .default('GOVERNANCE')
    .describe('S3 Object Lock mode of the evidence. COMPLIANCE can not be shortened or undone by anyone.'),
  auditDays: z
    .preprocess(wholeNumber, z.int().min(1).max(36_500))
    .default(365)
    .describe('Days that evidence is locked.'),
  checkpointBucket: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'Write the name of a bucket.')
    .optional()
    .describe(
      "A bucket of another account, whose policy lets SealLog's role create objects: gets each checkpoint too.",
    ),
  removal: z
    .enum(['retain', 'destroy'])
    .default('retain')
    .describe('What becomes of the table and the state machine when the stack is deleted.'),
  alarmEmail: address.optional().describe('Gets the alarms.'),
  chatTopic: flag(false).describe(
    'Whether to make an SNS topic for chat (Amazon Q Developer in Slack, Teams, Chime) that gets a sentence for each event.',
  ),
  callerAccounts: list(z.string().regex(/^\d{12}$/, 'Write an account id of 12 digits.')).describe(
    'Other accounts whose roles may call the API.',
  ),
  callerOrganization: z
    .string()
    .regex(/^o-[a-z0-9]{10,32}$/, 'Write an organization id such as o-abcd123456.')
    .optional()
    .describe('An AWS Organization whose roles may call the API.'),
  allowedCidrs: list(
    z.union([z.cidrv4(), z.cidrv6()], 'Write an address range such as 203.0.113.0/24.'),
  ).describe('If given: only these addresses reach the API and the review pages.'),
  vpcEndpoints: list(
    z.string().regex(/^vpce-[0-9a-f]{8,17}$/, 'Write an endpoint id such as vpce-0123abcd.'),
  ).describe('If given: the API is private and reached through these endpoints only.'),
  accountLogRole: flag(true).describe(
    "Whether to set the account's role for API Gateway access logs (one per account and region).",
  ),
  logDays: z
    .preprocess(
      wholeNumber,
      z
        .int()
        .refine(
          (days) => logRetentionDays.includes(days),
          `Write one of ${logRetentionDays.join(', ')}: CloudWatch Logs knows no other.`,
        ),
    )
    .default(90)
    .describe('Days that logs of functions are kept.'),
  subnetIds: list(
    z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'Write a subnet id such as subnet-0123abcd.'),
  ).describe('Subnets for the cluster leg, where the clusters have private endpoints only.'),
  securityGroupIds: list(
    z.string().regex(/^sg-[0-9a-f]{8,17}$/, 'Write a group id such as sg-0123abcd.'),
  ).describe('Security groups for the cluster leg.'),
  reservedConcurrency: flag(true).describe(
    'Whether the functions that revoke reserve concurrency. Off for accounts whose quota is too small.',
  ),
});

export const settingsSchema = shape.superRefine((settings, context) => {
  const { subnetIds, securityGroupIds, policyServer, policyServerCertificate } = settings;
  if (subnetIds.length > 0 !== securityGroupIds.length > 0)
    context.addIssue({
      code: 'custom',
      path: [subnetIds.length > 0 ? 'securityGroupIds' : 'subnetIds'],
      message: 'Give both subnetIds and securityGroupIds, or none of them.',
    });
  if (policyServerCertificate !== undefined && policyServer === undefined)
    context.addIssue({
      code: 'custom',
      path: ['policyServer'],
      message: 'policyServerCertificate is for a policyServer; give both, or none of them.',
    });
});

export type Settings = z.output<typeof settingsSchema>;
export const settingNames = Object.keys(shape.shape);

/** `-c settings=<JSON>` arrives as a text, cdk.json's as an object. */
function settingsObject(value: unknown): Record<string, unknown> {
  if (value === undefined) return {};
  const parsed = typeof value === 'string' ? JSON.parse(value) : value;
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed;
  throw new InvalidInput('The context value "settings" must be an object with one key per setting.');
}

/** The settings of an app: the object `settings` of its context, overridden by single values (`-c mailFrom=...`). */
export function readSettings(node: Node): Settings {
  const given = settingsObject(node.tryGetContext('settings'));
  for (const name of settingNames) {
    const value: unknown = node.tryGetContext(name);
    if (value !== undefined) given[name] = value;
  }
  const result = settingsSchema.safeParse(given);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const lines = faults.map(({ path, message }) => `  ${path ? `${path}: ` : ''}${message}`);
  throw new InvalidInput(
    `The settings have ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n${lines.join('\n')}\n` +
      'Write them in cdk.json under "context", "settings", or pass them as -c name=value; docs/deploy.md lists them.',
    { details: { faults } },
  );
}
