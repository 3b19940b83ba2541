/** A CI job or an agent, known by the token of its run together with the IAM role that signs: what its token says, and which workload that is. */
import type { Catalog } from './catalog.ts';
import { listed } from './catalog-lookup.ts';
import { type IssuerKind, type JobFact, jobFacts, type WorkloadIdentity } from './catalog-workloads.ts';
import { personOf } from './people.ts';

/** What is on record of one. Every text is plain ASCII of one line. */
export interface Workload extends Partial<Record<JobFact, string>> {
  /** In the catalog. */
  name: string;
  kind: 'ci' | 'agent';
  /** `iss` of its token. */
  issuer: string;
  /** Of the issuer: no two runs have the same. */
  runId: string;
  /** Where people look at the run. */
  runUrl?: string;
  /** Main name of the person whom the catalog, or the issuer, names. */
  actsFor?: string;
}

/** Whose tokens are believed, as the catalog has it, with the place of its keys. */
export interface Issuer {
  name: string;
  kind: IssuerKind;
  issuer: string;
  jwksUri: string;
  claims: Readonly<Partial<Record<JobFact | 'runId', string>>>;
}

/** What an issuer said of the one who holds a token. */
export interface Vouched {
  issuer: Issuer;
  /** All claims of the token, verified. */
  claims: Readonly<Record<string, unknown>>;
}

type Known = Pick<Catalog, 'workloads' | 'people'>;

/** Identities that count for calls signed with a role, by name. */
export function identitiesOf({ workloads }: Pick<Catalog, 'workloads'>, principalArn: string): string[] {
  return Object.entries(workloads.identities)
    .filter(([, { principals }]) => principals.includes(principalArn))
    .map(([name]) => name);
}

/** Issuers of these identities, each once. */
export function issuersOf(
  { workloads }: Pick<Catalog, 'workloads'>,
  identities: readonly string[],
): Issuer[] {
  const names = new Set(identities.flatMap((name) => listed(workloads.identities, name)?.issuer ?? []));
  return [...names].flatMap((name) => {
    const found = listed(workloads.issuers, name);
    if (!found) return [];
    const { kind, issuer, jwksUri = issuer.replace(/\/$/, '') + keysAt[kind], claims } = found;
    return [{ name, kind, issuer, jwksUri, claims: { ...claimsOf[kind], ...claims } }];
  });
}

const keysAt: Record<IssuerKind, string> = {
  github: '/.well-known/jwks',
  gitlab: '/oauth/discovery/keys',
  generic: '',
};

const generic = {
  repository: 'repository',
  repositoryId: 'repository_id',
  ref: 'ref',
  environment: 'environment',
  workflow: 'workflow',
  event: 'event',
  subject: 'sub',
  runId: 'run_id',
};

const claimsOf: Record<IssuerKind, Record<JobFact | 'runId', string>> = {
  github: {
    ...generic,
    // `workflow` is a title, which whoever edits the file chooses; this is the file, at the commit's ref.
    workflow: 'job_workflow_ref',
    event: 'event_name',
  },
  gitlab: {
    ...generic,
    repository: 'project_path',
    repositoryId: 'project_id',
    // Its `ref` is the same for a branch and a tag of one name.
    ref: 'ref_path',
    workflow: 'ci_config_ref_uri',
    event: 'pipeline_source',
    runId: 'pipeline_id',
  },
  generic,
};

/** Plain ASCII, so that nothing in mails or terminals merely looks like something else. */
const plain = /^[ -~]{1,300}$/;

function textOf(value: unknown): string | undefined {
  const text = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && plain.test(text) ? text : undefined;
}

/** What a token says of its job, in the catalog's words; what isn't plain text is not said. */
function factsOf({ issuer, claims }: Vouched): Partial<Record<JobFact, string>> {
  const found = jobFacts.flatMap((fact) => {
    const name = issuer.claims[fact];
    const text = name === undefined ? undefined : textOf(listed(claims, name));
    return text === undefined ? [] : [[fact, text] as const];
  });
  return Object.fromEntries(found);
}

/** A star stands for any letters but a slash. */
function fits(pattern: string, value: string | undefined): boolean {
  if (value === undefined) return false;
  const parts = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('[^/]*')}$`).test(value);
}

/** Facts that are not as an identity has them. */
function differing({ claims }: WorkloadIdentity, facts: Partial<Record<JobFact, string>>): JobFact[] {
  return jobFacts.filter((fact) => {
    const pattern = claims[fact];
    return pattern !== undefined && !fits(pattern, facts[fact]);
  });
}

/**
 * The workload that a verified token is of, where its role may sign for it. `refused`: why not, in words; nothing of a token
 * but what it says of the job is repeated. Two that it could be are refused: which rules hold must not be a matter of luck.
 */
export function workloadOf(
  catalog: Known,
  principalArn: string,
  vouched: Vouched,
): { workload: Workload } | { refused: string } {
  const { identities } = catalog.workloads;
  const { issuer, claims } = vouched;
  const facts = factsOf(vouched);
  const runId = textOf(listed(claims, issuer.claims.runId ?? ''));
  if (runId === undefined)
    return { refused: `the token does not name its run (claim ${issuer.claims.runId})` };
  const possible = identitiesOf(catalog, principalArn).flatMap((name) => {
    const identity = listed(identities, name);
    return identity?.issuer === issuer.name ? [{ name, identity, off: differing(identity, facts) }] : [];
  });
  const [found, another] = possible.filter(({ off }) => off.length === 0);
  if (!found) {
    const off = [...new Set(possible.flatMap((one) => one.off))];
    const said = off.map((fact) => `${fact} ${facts[fact] ?? 'none'}`).join(', ');
    return { refused: `its token is for another job than the catalog lists for this role (${said})` };
  }
  if (another)
    return { refused: `it could be ${found.name} or ${another.name}: the catalog has to tell them apart` };
  const { name, identity } = found;
  const actsFor = actsForOf(catalog, identity, claims);
  if (identity.actsFor !== undefined && actsFor === undefined)
    return { refused: `its token does not say for whom ${name} acts` };
  const runUrl = runUrlOf(issuer, facts, runId);
  return {
    workload: {
      name,
      kind: identity.kind,
      issuer: issuer.issuer,
      ...facts,
      runId,
      ...(runUrl === undefined ? {} : { runUrl }),
      ...(actsFor === undefined ? {} : { actsFor }),
    },
  };
}

function actsForOf(
  { people }: Pick<Catalog, 'people'>,
  { actsFor }: WorkloadIdentity,
  claims: Vouched['claims'],
): string | undefined {
  if (actsFor === undefined || typeof actsFor === 'string') return actsFor && personOf(people, actsFor);
  const named = textOf(listed(claims, actsFor.claim));
  return named === undefined || named.length > 64 ? undefined : personOf(people, named);
}

function runUrlOf(
  { kind, issuer }: Issuer,
  { repository = '' }: Partial<Record<JobFact, string>>,
  runId: string,
): string | undefined {
  if (!/^[\w.-]+(\/[\w.-]+)+$/.test(repository) || !/^\d{1,20}$/.test(runId)) return undefined;
  const { hostname, host } = new URL(issuer);
  if (kind === 'gitlab') return `${issuer.replace(/\/$/, '')}/${repository}/-/pipelines/${runId}`;
  if (kind !== 'github') return undefined;
  const site = hostname === 'token.actions.githubusercontent.com' ? 'github.com' : host;
  return `https://${site}/${repository}/actions/runs/${runId}`;
}

/** Why a workload that was known once is not known by the catalog as it is now; undefined where it still is. */
export function noLonger(catalog: Known, principalArn: string, workload: Workload): string | undefined {
  const identity = listed(catalog.workloads.identities, workload.name);
  const issuer = identity && listed(catalog.workloads.issuers, identity.issuer);
  const still =
    identity?.kind === workload.kind &&
    issuer?.issuer === workload.issuer &&
    identity.principals.includes(principalArn) &&
    differing(identity, workload).length === 0;
  return still ? undefined : `the catalog does not list the workload ${workload.name} as it was any more`;
}

/** `pipeline deploy-bot: org/shop, main, run 4711`. */
export function workloadInWords({
  kind,
  name,
  actsFor,
  repository,
  ref,
  environment,
  runId,
}: Workload): string {
  const what = kind === 'agent' ? 'agent' : 'pipeline';
  const where = [
    repository,
    ref?.replace(/^refs\/heads\//, ''),
    environment && `environment ${environment}`,
    `run ${runId}`,
  ].filter((part) => part !== undefined);
  return `${what} ${name}${actsFor === undefined ? '' : ` for ${actsFor}`}: ${where.join(', ')}`;
}
