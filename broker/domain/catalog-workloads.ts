/** The part of the catalog on CI jobs and agents: whose tokens are believed, which job is which workload, and what is wrong with that. */
import * as z from 'zod';
import type { Catalog } from './catalog.ts';
import type { ReferenceFault } from './catalog-references.ts';
import { roleArn } from './catalog-rules.ts';
import { durationSchema } from './duration.ts';
import { sessionNameIsTrusted } from './identity.ts';
import { personSchema } from './people.ts';

export const issuerKinds = ['github', 'gitlab', 'generic'] as const;
export type IssuerKind = (typeof issuerKinds)[number];

/** What a token can say of a job, in one set of words for all issuers. */
export const jobFacts = [
  'repository',
  'repositoryId',
  'ref',
  'environment',
  'workflow',
  'event',
  'subject',
] as const;
export type JobFact = (typeof jobFacts)[number];

const httpsUrl = z
  .string()
  .max(300)
  .regex(
    /^https:\/\/(?=[^/:]*[a-z])[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?(\/[\w.~/-]*)?$/,
    'Write https:// and a host by its name, in lower case; without user, query or fragment.',
  );

const claimName = z.string().regex(/^[!-~]{1,100}$/, "Write the name of one of the token's claims.");

const issuerSchema = z.strictObject({
  kind: z.enum(issuerKinds).describe('Which claims of its tokens say what.'),
  issuer: httpsUrl.describe(
    'As it stands in the `iss` of its tokens, such as https://token.actions.githubusercontent.com.',
  ),
  jwksUri: httpsUrl
    .optional()
    .describe('Where its public keys are, on the same host; where GitHub and GitLab have them unless told.'),
  claims: z
    .partialRecord(z.enum([...jobFacts, 'runId']), claimName)
    .optional()
    .describe('For kind generic: which claim says what. `runId` names one run, and no other one ever.'),
});

/** Only ASCII, so that nothing merely looks alike. Whose repository it is can't be left open. */
const claimPattern = z
  .string()
  .max(300)
  .regex(/^[!-~]+$/, 'Write it as the token has it: plain ASCII, without spaces.')
  .refine(
    (pattern) => !pattern.slice(0, pattern.lastIndexOf('/') + 1 || pattern.length).includes('*'),
    'A star stands for any letters but /, and only behind the last / of a path (refs/heads/release-*).',
  );

const identitySchema = z.strictObject({
  kind: z.enum(['ci', 'agent']).default('ci'),
  issuer: z.string().min(1).describe('One of workloads.issuers.'),
  claims: z
    .partialRecord(z.enum(jobFacts), claimPattern)
    .describe('All of these have to be so in the token of the job.'),
  principals: z
    .array(roleArn)
    .min(1)
    .describe('IAM roles that its calls are signed with. They count as this workload only with its token.'),
  actsFor: z
    .union([personSchema, z.strictObject({ claim: claimName })])
    .optional()
    .describe('Who it acts for: a person, or the claim of its token that names one. Agents need it.'),
});

export const workloadsSchema = z.strictObject({
  maxDuration: durationSchema
    .prefault('1h')
    .describe('The longest for a CI job or agent, whatever its role says.'),
  agents: z
    .strictObject({
      maxDuration: durationSchema
        .prefault('15m')
        .describe('The longest for an agent, whatever its role says.'),
    })
    .prefault({}),
  tokenRequired: z
    .boolean()
    .default(false)
    .describe('Refuses whoever is neither a person nor one of identities, known by its token.'),
  issuers: z.record(z.string().regex(/^[a-z0-9-]{1,63}$/), issuerSchema).default({}),
  identities: z.record(z.string().regex(/^[a-z0-9-]{1,63}$/), identitySchema).default({}),
});

export type WorkloadIdentity = z.output<typeof identitySchema>;
type Workloads = z.output<typeof workloadsSchema>;

/** `path` leads from the top of the file to what is wrong. */
export function workloadFaults(catalog: Catalog): ReferenceFault[] {
  const { issuers, identities, tokenRequired } = catalog.workloads;
  const faults = [
    ...Object.keys(issuers).flatMap((name) => issuerFaults(catalog.workloads, name)),
    ...Object.keys(identities).flatMap((name) => identityFaults(catalog, name)),
  ];
  if (tokenRequired && Object.keys(identities).length === 0)
    faults.push({
      path: ['tokenRequired'],
      message: 'No workload could ask for anything: list them under workloads.identities.',
    });
  return faults.map(({ path, message }) => ({ path: ['workloads', ...path], message }));
}

function issuerFaults({ issuers }: Workloads, name: string): ReferenceFault[] {
  const found = issuers[name];
  if (!found) return [];
  const fault = (key: string, message: string) => [{ path: ['issuers', name, key], message }];
  const { kind, issuer, jwksUri, claims } = found;
  const twin = Object.keys(issuers).find((other) => other !== name && issuers[other]?.issuer === issuer);
  return [
    ...(twin === undefined ? [] : fault('issuer', `Issuer "${twin}" is the same; write it once.`)),
    ...(kind === 'generic' && jwksUri === undefined
      ? fault('jwksUri', 'Say where its keys are: only GitHub and GitLab are known.')
      : []),
    ...(jwksUri !== undefined && new URL(jwksUri).host !== new URL(issuer).host
      ? fault('jwksUri', `Its keys have to be on its own host, ${new URL(issuer).host}.`)
      : []),
    ...(kind !== 'generic' && claims
      ? fault('claims', 'Only for kind generic: those of others are known.')
      : []),
  ];
}

function identityFaults(catalog: Catalog, name: string): ReferenceFault[] {
  const { issuers, identities } = catalog.workloads;
  const identity = identities[name];
  if (!identity) return [];
  const at = ['identities', name];
  const { issuer, claims, kind, actsFor, principals } = identity;
  const found = Object.hasOwn(issuers, issuer) ? issuers[issuer] : undefined;
  if (!found) return [{ path: [...at, 'issuer'], message: `No issuer "${issuer}" under workloads.issuers.` }];
  return [
    ...tooWide(found.kind, claims).map((message) => ({ path: [...at, 'claims'], message })),
    ...(kind === 'agent' && actsFor === undefined
      ? [{ path: [...at, 'actsFor'], message: 'Say who the agent acts for.' }]
      : []),
    ...principals.flatMap((principal, i) =>
      sessionNameIsTrusted(principal, catalog.trustedSessionNames)
        ? [
            {
              path: [...at, 'principals', i],
              message: 'This role is for people, known by their session names.',
            },
          ]
        : [],
    ),
  ];
}

/** A repository alone would be every branch of it, and whoever may push one. */
function tooWide(kind: IssuerKind, claims: WorkloadIdentity['claims']): string[] {
  if (kind === 'generic')
    return claims.subject === undefined ? ['Name its subject: the `sub` of its tokens.'] : [];
  const { repository, workflow, ref, environment } = claims;
  return [
    ...(repository?.includes('/') ? [] : ['Name the repository, with its owner.']),
    ...((workflow ?? ref ?? environment)
      ? []
      : ['Name a ref, environment or workflow besides the repository.']),
  ];
}
