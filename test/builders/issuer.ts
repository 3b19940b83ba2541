/** An issuer of tokens with real keys, and the catalog of a company whose pipeline and agent it vouches for. */
import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { rawSampleCatalog } from '#adapters/memory/sample-catalog.ts';
import { memoryRoles } from '#adapters/memory/world.ts';
import { type Catalog, catalogSchema } from '#domain/catalog.ts';

export interface TestIssuer {
  url: string;
  /** What stands at its address of keys. */
  jwks: { keys: object[] };
  /** A token for `claims`, made at `at` for 5 minutes. Whatever is given replaces what would be right. */
  token(
    claims: Record<string, unknown>,
    options?: { at?: Date; header?: Partial<JWTHeaderParameters>; seconds?: number },
  ): Promise<string>;
}

export const github = 'https://token.actions.githubusercontent.com';
export const githubKeys = `${github}/.well-known/jwks`;

export async function anIssuer({
  url = github,
  kid = 'key-1',
  alg = 'RS256',
}: {
  url?: string;
  kid?: string;
  alg?: 'RS256' | 'ES256' | 'PS256';
} = {}): Promise<TestIssuer> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return {
    url,
    jwks: { keys: [jwk] },
    token(claims, { at = new Date(), header = {}, seconds = 300 } = {}) {
      const made = Math.floor(at.getTime() / 1000);
      return new SignJWT({ iss: url, aud: 'curfew', iat: made, nbf: made, exp: made + seconds, ...claims })
        .setProtectedHeader({ alg, kid, typ: 'JWT', ...header })
        .sign(privateKey);
    },
  };
}

/** Claims of a deployment on GitHub Actions, as they are documented. */
export const shopJob = {
  sub: 'repo:org/shop:ref:refs/heads/main',
  repository: 'org/shop',
  repository_id: '4242',
  repository_owner: 'org',
  ref: 'refs/heads/main',
  ref_type: 'branch',
  event_name: 'push',
  workflow: 'Deploy',
  job_workflow_ref: 'org/shop/.github/workflows/deploy.yml@refs/heads/main',
  run_id: '4711',
  run_attempt: '1',
  actor: 'octocat',
} as const;

export type WorkloadsWanted = Record<string, unknown>;

/** The sample catalog with the pipeline `deploy-bot` and the agent `triage-bot`, both of the role ci-deployer. */
export function workloadCatalog(wanted: WorkloadsWanted = {}): Catalog {
  const sample = rawSampleCatalog();
  return catalogSchema.parse({
    ...sample,
    people: { 'alice@example.com': { aliases: ['octocat'] } },
    roles: { ...sample.roles, 'pod-reader': { ...sample.roles['pod-reader'], agents: true } },
    workloads: {
      issuers: { github: { kind: 'github', issuer: github } },
      identities: {
        'deploy-bot': {
          issuer: 'github',
          claims: { repository: 'org/shop', ref: 'refs/heads/main' },
          principals: [memoryRoles.ci.arn],
        },
        'triage-bot': {
          kind: 'agent',
          issuer: 'github',
          claims: { repository: 'org/triage', ref: 'refs/heads/main' },
          principals: [memoryRoles.ci.arn],
          actsFor: { claim: 'actor' },
        },
      },
      ...wanted,
    },
  });
}
