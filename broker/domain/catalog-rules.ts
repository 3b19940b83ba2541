/** The parts of the catalog that hold rules besides its roles: environments, hours, limits, tickets, risk. */
import * as z from 'zod';
import { durationSchema } from './duration.ts';
import { forbiddenCalls } from './forbidden-calls.ts';
import { labelKey } from './label-patterns.ts';
import { assurances, factorNames } from './policy/decision.ts';
import { weekdays } from './policy/hours.ts';

export const duties = [
  'deployment',
  'monitoring',
  'networking',
  'auditing',
  'secrets',
  'debugging',
  'cluster-management',
] as const;

const groupName = z.string().min(1);

const needSchema = z.strictObject({
  required: z
    .int()
    .min(0)
    .max(5)
    .describe('Approvals needed; 0 grants at once, by the rule named after the role.'),
  from: z.array(groupName).default([]).describe('Reviewer groups whose members may answer.'),
});

/** One need, or several that all have to be met, each by other people. */
export const reviewsSchema = z
  .union([needSchema, z.array(needSchema).min(1).max(5)])
  .describe('Who has to approve; of a list all have to be met, each by other people.')
  .transform((needs) => [needs].flat().map(({ required, from }) => ({ count: required, from })));

const clock = (last: RegExp) => z.string().regex(last, 'Write a time of the day such as 08:00 or 17:30.');

export const hoursSchema = z.strictObject({
  timeZone: z.string().refine(isTimeZone, 'Write an IANA time zone such as Europe/Berlin or UTC.'),
  days: z.array(z.enum(weekdays)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
  from: clock(/^([01]\d|2[0-3]):[0-5]\d$/).default('08:00'),
  to: clock(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/).default('18:00'),
});

function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

const tightening = {
  reviews: reviewsSchema.optional(),
  maxDuration: durationSchema.optional(),
  assurance: z
    .enum(assurances)
    .optional()
    .describe("`signed`: a reviewer has to sign with their own identity; a mailed link isn't enough."),
};

const labelKeySchema = z
  .string()
  .regex(new RegExp(`^${labelKey}$`), 'Write the key of a label such as team or app.kubernetes.io/name.');

export const environmentSchema = z.strictObject({
  production: z.boolean().default(false).describe('Counts as a risk factor.'),
  ticketRequired: z.boolean().default(false),
  hours: hoursSchema.optional(),
  forbids: z
    .array(z.enum(forbiddenCalls))
    .default([])
    .describe('Calls that its clusters refuse to everybody with a grant, whatever their role allows.'),
  requiredLabels: z
    .array(labelKeySchema)
    .max(10)
    .default([])
    .describe('Labels that nobody with a grant may take off or change.'),
  general: z
    .enum(['off', 'warn', 'deny'])
    .default('off')
    .describe(
      'For everybody, with a grant or not: no pods as root, and the required labels. Begin with `warn`.',
    ),
  ...tightening,
});

export const limitsSchema = z.strictObject({
  concurrent: z
    .int()
    .min(1)
    .max(100)
    .default(10)
    .describe('Requests of one person or workload that are not over.'),
  perHour: z.int().min(1).max(90).default(60).describe('Requests of one person or workload in an hour.'),
});

export const ticketsSchema = z.strictObject({
  format: z
    .string()
    .refine(isPattern, 'Write a regular expression such as [A-Z]+-[0-9]+.')
    .optional()
    .describe('Regular expression for the whole ticket.'),
});

export function isPattern(text: string): boolean {
  try {
    new RegExp(`^(?:${text})$`, 'u');
    return true;
  } catch {
    return false;
  }
}

export const roleArn = z
  .string()
  .regex(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/, 'Write the full role ARN, with its path.');

export const riskSchema = z.strictObject({
  points: z.partialRecord(z.enum(factorNames), z.int().min(0).max(100)).default({}),
  thresholds: z
    .array(
      z.strictObject({
        from: z.int().min(1).max(100).describe('The score from which this counts.'),
        refuse: z.boolean().default(false),
        ...tightening,
      }),
    )
    .default([]),
  signals: z
    .record(
      z.string().regex(/^[a-z0-9-]{1,63}$/, 'Use lower-case letters, digits and dashes.'),
      z.strictObject({
        points: z.int().min(1).max(100),
        from: z.array(roleArn).min(1).describe('IAM roles that may send it.'),
      }),
    )
    .default({})
    .describe('What adds to the risk of a grant while it lasts (POST /v1/signals).'),
  endFrom: z.int().min(1).max(100).optional().describe('The score from which a grant is ended.'),
});

const duty = z.enum(duties);

/** Duties that nobody holds at the same time. */
export const toxicCombinationsSchema = z
  .array(z.tuple([duty, duty]).refine(([a, b]) => a !== b, 'Name two different duties.'))
  .default([
    ['auditing', 'deployment'],
    ['auditing', 'secrets'],
    ['auditing', 'debugging'],
    ['auditing', 'cluster-management'],
    ['cluster-management', 'deployment'],
    ['cluster-management', 'debugging'],
    ['cluster-management', 'secrets'],
    ['secrets', 'debugging'],
  ]);
