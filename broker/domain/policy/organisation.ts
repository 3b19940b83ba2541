/**
 * The organisation's own rules beside the built-in guardrails: what its policy is told, and what it may answer. Both
 * documents carry a version; an answer can only refuse or ask for more, and one that is not as written here refuses.
 */
import * as z from 'zod';
import { durationSchema } from '../duration.ts';
import { plainText } from '../request.ts';

const instant = z.iso.datetime().describe('RFC 3339, in UTC.');

const ruleSchema = z
  .strictObject({
    apiGroups: z.array(z.string()),
    resources: z.array(z.string()),
    verbs: z.array(z.string()),
    resourceNames: z.array(z.string()).exactOptional(),
  })
  .describe('One rule of a ClusterRole.');

/** Version 1 of what the policy is told, as `input`. Keys are only ever added to a version; none changes its meaning. */
export const policyInputSchema = z.strictObject({
  version: z.literal(1),
  at: instant.describe('Now: RFC 3339, in UTC. A policy has no other clock.'),
  phase: z
    .enum(['submit', 'grant'])
    .describe('Asked twice: when the request is made, and again right before access is given.'),
  request: z.strictObject({
    cluster: z.string().describe('Name in the catalog.'),
    namespaces: z.array(z.string()),
    role: z.string().describe('Name in the catalog.'),
    allow: z.array(z.string()).exactOptional().describe('Only this of the role, as it was written.'),
    durationSeconds: z.int(),
    reason: z.string().describe("The requester's own words."),
    ticket: z.string().exactOptional(),
    startsAt: instant.exactOptional().describe('When it is to start, where that is not at once.'),
    extends: z.string().exactOptional().describe('Id of the request whose grant this one continues.'),
    breakGlass: z
      .literal(true)
      .exactOptional()
      .describe(
        'An emergency: reviews, ticket and hours of the catalog are set aside, and nothing of what you answer.',
      ),
  }),
  requester: z.strictObject({
    kind: z.enum(['person', 'workload']).describe('A workload is whoever is not known to be one person.'),
    person: z.string().exactOptional().describe('E-mail address in lower case; only of a person.'),
    principalArn: z
      .string()
      .exactOptional()
      .describe('IAM role, with its path. Absent until what others asked for is claimed.'),
    sessionName: z
      .string()
      .exactOptional()
      .describe('Proves who it is only for a person: anybody else chooses it themselves.'),
    workload: z
      .strictObject({
        name: z.string().describe("Name in the catalog's workloads.identities."),
        kind: z.enum(['ci', 'agent']),
        issuer: z.string().describe('Who vouches for it: the `iss` of its token.'),
        repository: z.string().exactOptional(),
        repositoryId: z.string().exactOptional(),
        ref: z.string().exactOptional().describe('Such as refs/heads/main.'),
        environment: z.string().exactOptional(),
        workflow: z.string().exactOptional().describe('The file, at its ref.'),
        event: z.string().exactOptional().describe('What started it, such as push.'),
        subject: z.string().exactOptional(),
        runId: z.string(),
        actsFor: z.string().exactOptional().describe('Who it acts for, as the catalog or the issuer says.'),
      })
      .exactOptional()
      .describe('Of a CI job or agent that its token proves to be one.'),
    askedBy: z
      .discriminatedUnion('kind', [
        z.strictObject({
          kind: z.literal('ticket'),
          source: z.string().describe("Name in the catalog's ticketing.sources."),
          ticket: z.string(),
          user: z.string().describe('As the ticket system vouches for them.'),
        }),
        z.strictObject({ kind: z.literal('person'), person: z.string() }),
      ])
      .exactOptional()
      .describe(
        'Who asked, where it was not the requester: nothing is given before the requester claims it.',
      ),
  }),
  role: z.strictObject({
    duty: z.string(),
    rules: z.array(ruleSchema),
    maxDurationSeconds: z.int(),
    ticketRequired: z.boolean(),
    reviews: z
      .array(z.strictObject({ count: z.int(), from: z.array(z.string()) }))
      .describe('All of these, each by other people.'),
  }),
  task: z
    .strictObject({ rules: z.array(ruleSchema) })
    .exactOptional()
    .describe('What would be granted, where that is less than the role.'),
  cluster: z.strictObject({
    name: z.string(),
    environment: z.string().exactOptional().describe("Name in the catalog's environments."),
    production: z.boolean().describe('Whether that environment is production.'),
  }),
  live: z
    .array(
      z.strictObject({
        requestId: z.string(),
        cluster: z.string(),
        namespaces: z.array(z.string()),
        role: z.string(),
        duty: z.string().exactOptional().describe('Absent where the catalog has no such role any more.'),
        expiresAt: instant,
      }),
    )
    .describe('What the requester holds now.'),
});
export type PolicyInput = z.output<typeof policyInputSchema>;

/** Version 1 of what the policy answers. Nothing in it can loosen what the guardrails and the catalog ask for. */
export const verdictSchema = z
  .strictObject({
    version: z.literal(1),
    allow: z.boolean(),
    reasons: z
      .array(plainText(300))
      .max(20)
      .describe('Why not, or what should be known; shown to the requester and the reviewers.'),
    require: z
      .strictObject({
        reviews: z
          .array(
            z.strictObject({
              count: z.int().min(1).max(5),
              from: z
                .array(z.string().min(1).max(63))
                .min(1)
                .max(10)
                .describe('Reviewer groups of the catalog.'),
            }),
          )
          .max(10)
          .exactOptional()
          .describe("All of these, besides those of the catalog's role."),
        maxDuration: durationSchema
          .exactOptional()
          .describe('Such as 1h: longer requests are refused. Has no effect where others allow less.'),
        assurance: z
          .enum(['signed', 'passkey'])
          .exactOptional()
          .describe(
            'How reviewers have to approve: by a call that they sign themselves, or by their passkey; the mailed link is not enough.',
          ),
      })
      .exactOptional(),
  })
  .refine(({ allow, reasons }) => allow || reasons.length > 0, {
    path: ['reasons'],
    message: 'A refusal has to say why.',
  });

/** As parsed: `require.maxDuration` in seconds. */
export type Verdict = z.output<typeof verdictSchema>;

/** The answer where the organisation has no policy of its own. */
export const noObjection: Verdict = { version: 1, allow: true, reasons: [] };

/** The answer where the policy gave none that can be used. `fault`: what is wrong with the policy; no input, no secret. */
export function refusedBy(fault: string): Verdict {
  return {
    version: 1,
    allow: false,
    reasons: [
      `The organisation's policy can't judge this request: ${fault}. Nothing is granted until whoever looks after the policy has mended it.`,
    ],
  };
}

/** Reads what a policy answered; `undefined` is what Rego calls undefined. A fault says where, and repeats no value. */
export function readVerdict(answer: unknown): { verdict: Verdict } | { fault: string } {
  if (answer === undefined)
    return { fault: 'it has no answer (its rule verdict, in package curfew.access, is undefined)' };
  const result = verdictSchema.safeParse(answer);
  if (result.success) return { verdict: result.data };
  return {
    fault: `its answer is not a verdict of version 1 (${result.error.issues.map(faultOf).join('; ')})`,
  };
}

/** Names of keys that are not known may come from a request: they are not repeated. */
function faultOf({ path, code, message }: z.core.$ZodIssue): string {
  const what = code === 'unrecognized_keys' ? 'has a key that this version does not know' : message;
  return path.length === 0 ? what : `${path.join('.')}: ${what}`;
}

const published = { io: 'input', target: 'draft-7' } as const;

/** JSON Schemas of both documents, by the names of their published files. */
export function policySchemas(): Record<string, unknown> {
  return {
    'policy-input.schema.json': z.toJSONSchema(policyInputSchema, published),
    'policy-verdict.schema.json': z.toJSONSchema(verdictSchema, published),
  };
}
